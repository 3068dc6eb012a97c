package probe

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"
)

// maxExact is the largest integer that every JSON library reads exactly; above it, decimal strings.
const maxExact = 1<<53 - 1

// encode renders one line, the envelope first: in that order the sidecar reads it three times as fast.
func (p *Probe) encode(at time.Time, eventType string, seq *uint64, fields Fields) []byte {
	b := make([]byte, 0, 256)
	if eventType == "hello" {
		b = append(b, `{"v":1,"type":`...)
	} else {
		b = append(b, `{"type":`...)
	}
	b = appendJSON(b, eventType)
	b = append(b, `,"ts_us":`...)
	b = strconv.AppendInt(b, at.UnixMicro(), 10)
	if mono := at.Sub(p.started).Microseconds(); mono >= 0 && eventType != "source.dropped" {
		b = append(b, `,"mono_us":`...)
		b = strconv.AppendInt(b, mono, 10)
	}
	if seq != nil {
		b = append(b, `,"seq":`...)
		b = strconv.AppendUint(b, *seq, 10)
	}
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		value := fields[name]
		if value == nil || isEnvelope(name) {
			continue // null means absent, and the envelope is not for the node to state
		}
		b = append(b, ',')
		b = appendJSON(b, name)
		b = append(b, ':')
		b = appendValue(b, value)
	}
	return append(b, '}', '\n')
}

func isEnvelope(name string) bool {
	switch name {
	case "v", "type", "ts_us", "mono_us", "seq":
		return true
	}
	return false
}

// appendValue renders Go's values as the protocol wants them: durations and times in microseconds,
// bytes in hexadecimal, integers above 2^53-1 as decimal strings.
func appendValue(b []byte, value any) []byte {
	switch v := value.(type) {
	case string:
		return appendJSON(b, v)
	case int:
		return appendInt(b, int64(v))
	case int64:
		return appendInt(b, v)
	case uint64:
		return appendUint(b, v)
	case time.Duration:
		return strconv.AppendFloat(b, float64(v)/float64(time.Microsecond), 'f', -1, 64)
	case time.Time:
		return strconv.AppendInt(b, v.UnixMicro(), 10)
	case []byte:
		return appendJSON(b, hex.EncodeToString(v))
	case error:
		return appendJSON(b, v.Error())
	case fmt.Stringer:
		return appendJSON(b, v.String())
	default:
		return appendJSON(b, v)
	}
}

func appendInt(b []byte, v int64) []byte {
	if v < 0 {
		return strconv.AppendInt(b, v, 10)
	}
	return appendUint(b, uint64(v))
}

func appendUint(b []byte, v uint64) []byte {
	if v <= maxExact {
		return strconv.AppendUint(b, v, 10)
	}
	b = append(b, '"')
	b = strconv.AppendUint(b, v, 10)
	return append(b, '"')
}

// appendJSON never fails: what JSON cannot say is said as text, and the sidecar counts it as invalid.
func appendJSON(b []byte, value any) []byte {
	encoded, err := json.Marshal(value)
	if err != nil {
		encoded, _ = json.Marshal(strings.ToValidUTF8(fmt.Sprint(value), "\uFFFD"))
	}
	return append(b, encoded...)
}
