package probe

import (
	"net"
	"time"
)

// dialPatience bounds one attempt to connect: a stopped sidecar accepts nothing.
const dialPatience = 5 * time.Second

// batchBytes is about how much one write takes: few system calls, and little to count again when it fails.
const batchBytes = 64 << 10

// serve is the life of the writer: connect, write until the connection breaks, begin again.
func (p *Probe) serve() {
	defer close(p.done)
	network, address := splitAddress(p.options.Address)
	for {
		conn, err := net.DialTimeout(network, address, dialPatience)
		if err == nil {
			stop := closeOnQuit(conn, p.quit)
			p.write(conn)
			stop()
		}
		if p.disconnected() {
			return
		}
		select {
		case <-p.quit:
			return
		case <-time.After(p.options.Retry):
		}
	}
}

// closeOnQuit breaks a write that waits when the probe's patience has ended.
func closeOnQuit(conn net.Conn, quit <-chan struct{}) (stop func()) {
	served := make(chan struct{})
	go func() {
		select {
		case <-quit:
		case <-served:
		}
		conn.Close()
	}()
	return func() { close(served) }
}

// write serves one connection until it breaks, or until a closed probe has nothing left to say.
func (p *Probe) write(conn net.Conn) {
	if _, err := conn.Write(p.hello()); err != nil {
		return
	}
	for {
		batch, open := p.take()
		if len(batch) == 0 {
			if !open {
				return
			}
			select {
			case <-p.wake:
			case <-p.quit:
				return
			}
			continue
		}
		if written, err := conn.Write(join(batch)); err != nil {
			p.lose(batch, written)
			return
		}
	}
}

// hello opens a connection. Its next_seq is the number behind the last event that was written or
// admitted: what was dropped since is then a gap of exactly the size that will be admitted next, for a
// sidecar that has just started as for one that has been there all along.
func (p *Probe) hello() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.connected = true
	p.accepting = !p.closed
	next := make(map[string]uint64, len(p.domains))
	for name, d := range p.domains {
		next[name] = d.next - d.owed - d.queued
	}
	fields := Fields{"node": p.options.Node, "chain": p.options.Chain, "run": p.run, "next_seq": next}
	for name, value := range p.options.Hello {
		fields[name] = value
	}
	return p.encode(time.Now(), "hello", nil, fields)
}

// take removes the next lines from the queue, admissions of what was dropped before them first.
func (p *Probe) take() (batch []line, open bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, d := range p.domains {
		if d.owed > 0 {
			fields := Fields{"domain": d.name, "count": d.owed}
			batch = append(batch, line{domain: d, bytes: p.encode(time.Now(), "source.dropped", nil, fields), admits: d.owed})
			d.owed = 0
		}
	}
	taken, size := 0, 0
	for taken < len(p.queue) && size < batchBytes {
		l := p.queue[taken]
		l.domain.queued--
		size += len(l.bytes)
		taken++
	}
	batch = append(batch, p.queue[:taken]...)
	p.queue = p.queue[taken:]
	return batch, !p.closed
}

// lose takes back what a broken connection did not take as whole lines.
func (p *Probe) lose(batch []line, written int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range batch {
		if written -= len(l.bytes); written >= 0 {
			continue
		}
		if l.admits > 0 {
			l.domain.owed += l.admits
		} else {
			l.domain.drop(1)
		}
	}
}

// disconnected drops what waited: the sidecar that comes back wants to know what is, not what was.
func (p *Probe) disconnected() (closed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.queue {
		l.domain.queued--
		l.domain.drop(1)
	}
	p.queue = nil
	p.connected, p.accepting = false, false
	return p.closed
}

func join(batch []line) []byte {
	size := 0
	for _, l := range batch {
		size += len(l.bytes)
	}
	joined := make([]byte, 0, size)
	for _, l := range batch {
		joined = append(joined, l.bytes...)
	}
	return joined
}
