// Package quorumscope states events to a Quorumscope sidecar and never waits for it.
package quorumscope

import (
	"encoding/json"
	"net"
	"strings"
	"sync"
	"time"
)

type line struct {
	domain string
	bytes  []byte
}

// Producer belongs to one node process; State may be called from any goroutine.
type Producer struct {
	mu           sync.Mutex
	hello        map[string]any
	seq, dropped map[string]uint64 // per domain
	queue        chan line
}

// Open connects in the background, for ever. network is "unix" or "tcp"; hello holds node, chain and run.
func Open(network, address string, hello map[string]any) *Producer {
	p := &Producer{hello: hello, seq: map[string]uint64{}, dropped: map[string]uint64{}, queue: make(chan line, 4096)}
	go func() {
		for ; ; time.Sleep(time.Second) {
			if conn, err := net.Dial(network, address); err == nil {
				p.write(conn)
				conn.Close()
			}
		}
	}()
	return p
}

// State never blocks: where the queue is full, the line is dropped and counted.
func (p *Producer) State(eventType string, fields map[string]any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	domain, _, _ := strings.Cut(eventType, ".")
	seq := p.seq[domain]
	p.seq[domain]++ // before it may be dropped, so that the sidecar sees what is missing
	event := clone(fields)
	event["seq"] = seq
	select {
	case p.queue <- line{domain, encode(eventType, event)}:
	default:
		p.dropped[domain]++
	}
}

// write serves one connection until it breaks. Only this goroutine ever waits for the sidecar.
func (p *Producer) write(conn net.Conn) {
	p.mu.Lock()
	for len(p.queue) > 0 { // what waited for the last connection has gone; next_seq and the counts say so
		p.dropped[(<-p.queue).domain]++
	}
	hello := clone(p.hello)
	hello["v"], hello["next_seq"] = 1, clone(p.seq)
	p.mu.Unlock()
	if _, err := conn.Write(encode("hello", hello)); err != nil {
		return
	}
	for next := range p.queue {
		if _, err := conn.Write(append(p.admissions(), next.bytes...)); err != nil {
			return // the line is lost, and so is the half of it that may have arrived
		}
	}
}

// admissions says what was dropped since it last did.
func (p *Producer) admissions() (lines []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for domain, count := range p.dropped {
		lines = append(lines, encode("source.dropped", map[string]any{"domain": domain, "count": count})...)
	}
	p.dropped = map[string]uint64{}
	return lines
}

func clone[V any](of map[string]V) map[string]V {
	copied := make(map[string]V, len(of)+3)
	for key, value := range of {
		copied[key] = value
	}
	return copied
}

func encode(eventType string, event map[string]any) []byte {
	event["type"], event["ts_us"] = eventType, time.Now().UnixMicro()
	bytes, _ := json.Marshal(event)
	return append(bytes, '\n')
}
