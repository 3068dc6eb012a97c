// A node in ten lines, and the driver of the probe's test: it states as many views as it is told on
// standard input, one number a line, and prints what it stated and dropped after each.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"time"

	probe "quorumscope.example/probe"
)

func main() {
	p := probe.Open(probe.Options{
		Node:  "node-1",
		Chain: "testnet",
		Hello: probe.Fields{"protocol": "hotstuff2-chained", "validator": "v1"},
		Retry: 100 * time.Millisecond,
	})
	defer p.Close(5 * time.Second)
	logger := slog.New(probe.NewHandler(p, slog.NewTextHandler(os.Stderr, nil)))

	view := 0
	for input := bufio.NewScanner(os.Stdin); input.Scan(); {
		count, _ := strconv.Atoi(input.Text())
		began := time.Now()
		for range make([]struct{}, count) {
			view++
			p.State("consensus.vote_received", probe.Fields{
				"view": view, "vote": "vote1", "block": "9f86d081884c7d65", "validator": "v2",
			})
			p.State("network.message_sent", probe.Fields{"message": "vote1", "bytes": 100})
		}
		took := time.Since(began)
		if count > 0 {
			logger.Info("entered a view", "event", "consensus.view_entered", "view", view, "trigger", "qc", "leader", "v1")
		}
		report(p, took)
	}
}

func report(p *probe.Probe, took time.Duration) {
	stats := p.Stats()
	line, _ := json.Marshal(map[string]any{
		"connected": stats.Connected, "stated": stats.Stated, "dropped": stats.Dropped,
		"queued": stats.Queued, "took_us": took.Microseconds(),
	})
	fmt.Println(string(line))
}
