package probe

import (
	"context"
	"log/slog"
	"strings"
	"time"
)

// EventKey is the attribute that makes a log record an event: its value is the event's type.
const EventKey = "event"

// Handler is a layer of slog: a record with an attribute `event` such as "consensus.vote_sent" is stated,
// its other attributes being the fields, and every record goes on to the next handler as it is.
//
//	logger := slog.New(probe.NewHandler(p, slog.NewJSONHandler(os.Stderr, nil)))
//	logger.Info("vote sent", "event", "consensus.vote_sent", "view", 411, "vote", "vote1", "block", hash)
//
// Groups nest in the log and are flat in the event. An event is stated at any level, even one that the
// next handler leaves out, and before any sampling that comes behind.
type Handler struct {
	probe *Probe
	next  slog.Handler
	bound []slog.Attr // by With, for every record
}

// NewHandler puts the probe in front of next, which may be nil.
func NewHandler(p *Probe, next slog.Handler) *Handler {
	return &Handler{probe: p, next: next}
}

// Enabled is always true: an event has no level.
func (h *Handler) Enabled(context.Context, slog.Level) bool { return true }

// Handle states the record if it is an event, and passes it on.
func (h *Handler) Handle(ctx context.Context, record slog.Record) error {
	fields := make(Fields, record.NumAttrs()+len(h.bound))
	for _, attr := range h.bound {
		collect(fields, attr)
	}
	record.Attrs(func(attr slog.Attr) bool {
		collect(fields, attr)
		return true
	})
	if eventType, ok := fields[EventKey].(string); ok && strings.Contains(eventType, ".") {
		delete(fields, EventKey)
		at := record.Time
		if at.IsZero() {
			at = time.Now()
		}
		h.probe.stateAt(at, eventType, fields)
	}
	if h.next != nil && h.next.Enabled(ctx, record.Level) {
		return h.next.Handle(ctx, record)
	}
	return nil
}

// WithAttrs binds attributes to every later record.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	bound := append(h.bound[:len(h.bound):len(h.bound)], attrs...)
	next := h.next
	if next != nil {
		next = next.WithAttrs(attrs)
	}
	return &Handler{probe: h.probe, next: next, bound: bound}
}

// WithGroup nests the log from here on; events stay flat.
func (h *Handler) WithGroup(name string) slog.Handler {
	next := h.next
	if next != nil {
		next = next.WithGroup(name)
	}
	return &Handler{probe: h.probe, next: next, bound: h.bound}
}

func collect(fields Fields, attr slog.Attr) {
	value := attr.Value.Resolve()
	if value.Kind() == slog.KindGroup {
		for _, inner := range value.Group() {
			collect(fields, inner)
		}
		return
	}
	if attr.Key != "" {
		fields[attr.Key] = value.Any()
	}
}
