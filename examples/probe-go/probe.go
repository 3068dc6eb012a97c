// Package probe states what a validator does to a Quorumscope sidecar, and never waits for it.
//
// State takes the next number of the event's domain, puts one line into a bounded queue and returns. A
// goroutine of the probe's own connects, says hello, writes, and is the only one that ever waits. What
// finds no room is dropped as a whole line, counted, and admitted as soon as the sidecar reads again:
//
//	stated = written + dropped + queued, per domain, at every moment
//
// The wire is docs/PROTOCOL.md of Quorumscope: one flat JSON object per line, nothing ever read back.
package probe

import (
	"crypto/rand"
	"encoding/hex"
	"strconv"
	"strings"
	"sync"
	"time"
)

// DefaultQueue is how many lines wait for a sidecar that is slow.
const DefaultQueue = 8192

// Options say who speaks. Node and Chain are required.
type Options struct {
	Node  string // stays the same over restarts, as does Chain: they become labels
	Chain string

	// Address is unix:///path or tcp://127.0.0.1:port. Empty: $QUORUMSCOPE_EVENTS, else the usual places.
	Address string
	// Queue is the number of lines that may wait; 0 means DefaultQueue. Consensus may use all of it, the
	// other domains the first half, so that messages are dropped first and votes last.
	Queue int
	// Hello holds what else the node says of itself: Protocol, validators, validator, software, ...
	Hello Fields
	// Retry is the pause between attempts to connect; 0 means a second.
	Retry time.Duration
}

// Fields are the fields of an event by name, as docs/EVENTS.md lists them.
type Fields map[string]any

// Stats is where a probe stands.
type Stats struct {
	Connected bool
	Stated    map[string]uint64 // events per domain, dropped ones included
	Dropped   map[string]uint64 // of those, per domain, never given to the kernel
	Queued    int
}

// Probe belongs to one node. All methods may be called from any goroutine.
type Probe struct {
	options Options
	run     string    // this process start
	started time.Time // where mono_us begins

	mu        sync.Mutex
	queue     []line
	domains   map[string]*domain
	accepting bool // false while it is known that nobody listens
	connected bool
	closed    bool
	wake      chan struct{} // holds one token when the writer has something to look at
	quit      chan struct{}
	done      chan struct{}
}

// line is one event, or admits that so many of its domain were dropped.
type line struct {
	domain *domain
	bytes  []byte
	admits uint64
}

// domain counts the events of one domain, the part of a type before the point.
type domain struct {
	name    string
	next    uint64 // the number of the next event
	dropped uint64 // in all
	owed    uint64 // of those, not yet admitted
	queued  uint64
}

// Open begins to connect in the background, for as long as the probe is open.
func Open(options Options) *Probe {
	if options.Address == "" {
		options.Address = DefaultAddress()
	}
	if options.Queue <= 0 {
		options.Queue = DefaultQueue
	}
	if options.Retry <= 0 {
		options.Retry = time.Second
	}
	p := &Probe{
		options:   options,
		run:       randomRun(),
		started:   time.Now(),
		domains:   map[string]*domain{},
		accepting: true, // what is stated before the first attempt has ended waits for it
		wake:      make(chan struct{}, 1),
		quit:      make(chan struct{}),
		done:      make(chan struct{}),
	}
	go p.serve()
	return p
}

// State states that an event such as "consensus.vote_sent" happened now. It never blocks.
func (p *Probe) State(eventType string, fields Fields) {
	p.stateAt(time.Now(), eventType, fields)
}

func (p *Probe) stateAt(at time.Time, eventType string, fields Fields) {
	name, _, _ := strings.Cut(eventType, ".")

	p.mu.Lock()
	d := p.domain(name)
	seq := d.next
	d.next++ // before it may be dropped, so that the sidecar sees what is missing
	if !p.hasRoom(name) {
		d.drop(1)
		p.mu.Unlock()
		p.poke() // the writer owes an admission now
		return
	}
	// Encoded under the lock: lines stand in the queue in the order of their numbers.
	p.enqueue(line{domain: d, bytes: p.encode(at, eventType, &seq, fields)})
	p.mu.Unlock()
	p.poke()
}

// Stats tells what was stated and what was dropped so far.
func (p *Probe) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	stats := Stats{
		Connected: p.connected,
		Stated:    make(map[string]uint64, len(p.domains)),
		Dropped:   make(map[string]uint64, len(p.domains)),
	}
	for name, d := range p.domains {
		stats.Stated[name], stats.Dropped[name] = d.next, d.dropped
		stats.Queued += int(d.queued)
	}
	return stats
}

// Close gives the queue up to `patience` to leave, and ends the connection. Later events are dropped.
func (p *Probe) Close(patience time.Duration) {
	p.mu.Lock()
	first := !p.closed
	p.closed, p.accepting = true, false
	p.mu.Unlock()
	p.poke()
	select {
	case <-p.done:
	case <-time.After(patience):
	}
	if first {
		close(p.quit)
	}
	<-p.done
}

// hasRoom is asked under the lock.
func (p *Probe) hasRoom(domain string) bool {
	limit := p.options.Queue
	if domain != "consensus" && domain != "process" {
		limit /= 2
	}
	return p.accepting && len(p.queue) < limit
}

func (p *Probe) enqueue(l line) {
	l.domain.queued++
	p.queue = append(p.queue, l)
}

func (p *Probe) domain(name string) *domain {
	d := p.domains[name]
	if d == nil {
		d = &domain{name: name}
		p.domains[name] = d
	}
	return d
}

func (d *domain) drop(count uint64) {
	d.dropped += count
	d.owed += count
}

// poke wakes the writer; a token that is there already says the same.
func (p *Probe) poke() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func randomRun() string {
	var id [8]byte
	if _, err := rand.Read(id[:]); err != nil {
		return strconv.FormatInt(time.Now().UnixNano(), 16)
	}
	return hex.EncodeToString(id[:])
}
