package probe

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"testing"
	"time"
)

// sidecar is a listener that hands out connections.
func sidecar(t *testing.T) (address string, accept func() *bufio.Reader) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return "unix://" + path, func() *bufio.Reader {
		conn, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return bufio.NewReader(conn)
	}
}

func next(t *testing.T, from *bufio.Reader) map[string]any {
	t.Helper()
	text, err := from.ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	event := map[string]any{}
	if err := json.Unmarshal(text, &event); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return event
}

func want(t *testing.T, event map[string]any, fields map[string]any) {
	t.Helper()
	for name, value := range fields {
		if event[name] != value {
			t.Errorf("%s is %v, not %v, in %v", name, event[name], value, event)
		}
	}
}

func TestSaysHelloAndThenWhatItIsTold(t *testing.T) {
	address, accept := sidecar(t)
	p := Open(Options{Node: "n1", Chain: "c", Address: address})
	p.State("consensus.view_entered", Fields{"view": 7, "trigger": "qc"})
	p.State("storage.written", Fields{"duration_us": 1500 * time.Nanosecond, "bytes": uint64(1) << 60, "seq": 99})
	in := accept()
	want(t, next(t, in), map[string]any{"type": "hello", "v": 1.0, "node": "n1", "chain": "c"})
	want(t, next(t, in), map[string]any{"type": "consensus.view_entered", "seq": 0.0, "view": 7.0})
	want(t, next(t, in), map[string]any{"seq": 0.0, "duration_us": 1.5, "bytes": "1152921504606846976"})
	p.Close(time.Second)
	if _, err := in.ReadByte(); !errors.Is(err, io.EOF) {
		t.Errorf("after Close: %v", err)
	}
}

func TestDropsMessagesFirstAndAdmitsExactlyWhatItDropped(t *testing.T) {
	address, accept := sidecar(t)
	p := Open(Options{Node: "n1", Chain: "c", Address: address, Queue: 8})
	in := accept() // and does not read: the kernel's buffer fills, then the queue
	const each = 20_000
	for range make([]struct{}, each) {
		p.State("network.message_sent", Fields{"bytes": 100})
		p.State("consensus.vote_received", Fields{"view": 1})
	}
	dropped := p.Stats().Dropped
	if dropped["consensus"] == 0 || dropped["network"] <= dropped["consensus"] {
		t.Fatalf("dropped %v", dropped)
	}
	go p.Close(5 * time.Second)
	arrived, admitted := map[string]int{}, map[string]int{}
	for arrived["c"]+admitted["consensus"] < each || arrived["n"]+admitted["network"] < each {
		event := next(t, in)
		switch kind := event["type"].(string); kind {
		case "hello":
		case "source.dropped":
			admitted[event["domain"].(string)] += int(event["count"].(float64))
		default:
			arrived[kind[:1]]++
		}
	}
	if got := uint64(admitted["consensus"]); got != dropped["consensus"] {
		t.Errorf("admitted %d of %d", got, dropped["consensus"])
	}
}

func TestARecordWithAnEventIsStatedAndLogged(t *testing.T) {
	address, accept := sidecar(t)
	p := Open(Options{Node: "n1", Chain: "c", Address: address})
	defer p.Close(time.Second)
	log := &recorded{}
	logger := slog.New(NewHandler(p, slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelError})))
	logger.Info("starting", "event", "no event of ours")
	logger.With("view", 9).WithGroup("hotstuff").Debug("voted", "event", "consensus.vote_sent", "vote", "vote1")
	logger.Error("broken")
	in := accept()
	next(t, in)
	want(t, next(t, in), map[string]any{"type": "consensus.vote_sent", "seq": 0.0, "view": 9.0, "vote": "vote1"})
	if log.lines != 1 {
		t.Errorf("%d lines were logged, not the error alone", log.lines)
	}
}

type recorded struct{ lines int }

func (r *recorded) Write(line []byte) (int, error) {
	r.lines++
	return len(line), nil
}
