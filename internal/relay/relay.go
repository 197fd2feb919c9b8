// Package relay lets the servers of one database know at once what happened at the
// others: what has changed, for who looks at a console there, and what was called
// of peers whose rate limits they share. What is lost on the way is told as lost, or
// told again soon.
package relay

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"sallyport/internal/live"
	"sallyport/internal/quota"
)

// Bus carries texts to all servers, the sender's own too.
type Bus interface {
	Send(ctx context.Context, texts []string) error
	// Hear calls heard with each text until ctx ends, and joined whenever it begins
	// to listen: what was sent before that is lost.
	Hear(ctx context.Context, joined func(), heard func(text string))
}

const (
	// gather is how long messages wait for others to travel with.
	gather = 50 * time.Millisecond
	// mostWaiting is how many messages wait. Of more, organizations are told that
	// some were lost.
	mostWaiting = 2000
	// shareEvery is how often servers tell what they call.
	shareEvery = 250 * time.Millisecond
	// aloneAfter is how long nothing was heard of any other until nothing is told
	// any more.
	aloneAfter = 20 * time.Second
	// helloEvery is how often a server says that it listens.
	helloEvery = 5 * time.Second
)

// Relay joins the hub and the budgets of this server with those of others.
type Relay struct {
	Self  string // this server
	Bus   Bus
	Hub   *live.Hub
	Quota *quota.Registry
	Most  int // bytes of a text
	Log   *slog.Logger

	mu      sync.Mutex
	waiting []message
	seen    map[message]bool // what waits of which no more is said than that it changed
	lost    map[string]bool  // organizations of which messages were lost
	heardAt time.Time        // when another server was last heard
	wake    chan struct{}
	once    sync.Once
}

// message is one of the hub's on the way.
type message struct {
	Org   string     `json:"o"`
	Topic live.Topic `json:"t"`
	ID    string     `json:"i,omitempty"`
	Data  string     `json:"d,omitempty"` // JSON
}

// letter is one text on the bus.
type letter struct {
	From     string        `json:"f"`
	Hello    bool          `json:"h,omitempty"` // the sender listens, and wants to know who else does
	Messages []message     `json:"m,omitempty"`
	Usage    []quota.Share `json:"q,omitempty"`
}

// Tell passes on what this server's hub was told. It never waits.
func (r *Relay) Tell(org string, m live.Message) {
	out := message{Org: org, Topic: m.Topic, ID: m.ID}
	if m.Data != nil {
		data, err := json.Marshal(m.Data)
		if err != nil {
			return
		}
		out.Data = string(data)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.heardAt) > aloneAfter { // nobody is there to hear it
		return
	}
	if r.seen == nil {
		r.seen, r.lost = map[message]bool{}, map[string]bool{}
	}
	switch {
	case r.seen[out]:
		return
	case len(r.waiting) >= mostWaiting && m.Topic != live.SessionEnded:
		r.lost[org] = true
	default:
		r.waiting = append(r.waiting, out)
		r.seen[out] = m.Topic != live.Event // whose numbers add up
	}
	select {
	case r.wakes() <- struct{}{}:
	default:
	}
}

func (r *Relay) wakes() chan struct{} {
	r.once.Do(func() { r.wake = make(chan struct{}, 1) })
	return r.wake
}

// Run passes messages on, both ways, until ctx ends.
func (r *Relay) Run(ctx context.Context) {
	var done sync.WaitGroup
	defer done.Wait()
	done.Go(func() { r.Bus.Hear(ctx, func() { r.joined(ctx) }, func(text string) { r.heard(ctx, text) }) })
	done.Go(func() { r.share(ctx) })
	for {
		select {
		case <-r.wakes():
		case <-ctx.Done():
			r.flush(context.WithoutCancel(ctx))
			return
		}
		pause(ctx, gather)
		r.flush(ctx)
	}
}

func pause(ctx context.Context, d time.Duration) {
	wait := time.NewTimer(d)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
	}
}

// joined says hello. Who looks at a console here looks again, as messages may have
// been lost.
func (r *Relay) joined(ctx context.Context) {
	r.send(ctx, []letter{{From: r.Self, Hello: true}})
	r.Hub.Lost()
}

// heard takes a text from the bus.
func (r *Relay) heard(ctx context.Context, text string) {
	l, err := read(text)
	if err != nil {
		r.Log.WarnContext(ctx, "what another server told is not understood", "err", err)
		return
	}
	if l.From == r.Self {
		return
	}
	r.mu.Lock()
	alone := time.Since(r.heardAt) > aloneAfter
	r.heardAt = time.Now()
	r.mu.Unlock()
	if l.Hello && alone { // it is to know of this one at once, too
		r.send(ctx, []letter{{From: r.Self}})
	}
	for _, m := range l.Messages {
		var data any
		if m.Data != "" {
			data = json.RawMessage(m.Data)
		}
		r.Hub.Deliver(m.Org, live.Message{Topic: m.Topic, ID: m.ID, Data: data})
	}
	r.Quota.Hear(l.From, l.Usage)
}

// read reads a text of the bus. What a newer server says besides is passed over.
func read(text string) (letter, error) {
	var l letter
	if err := json.Unmarshal([]byte(text), &l); err != nil {
		return l, fmt.Errorf("read what another server told: %w", err)
	}
	for _, m := range l.Messages {
		if m.Data != "" && !json.Valid([]byte(m.Data)) {
			return l, fmt.Errorf("read what another server told: the data of a message of %q is no JSON", m.Topic)
		}
	}
	return l, nil
}

// share tells the others now and then what this server calls, and that it is there.
func (r *Relay) share(ctx context.Context) {
	tick := time.NewTicker(shareEvery)
	defer tick.Stop()
	var told time.Time
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		usage := r.Quota.Shares()
		r.mu.Lock()
		alone := time.Since(r.heardAt) > aloneAfter
		r.mu.Unlock()
		hello := time.Since(told) >= helloEvery
		if !hello && (alone || len(usage) == 0) {
			continue
		}
		if hello {
			told = time.Now()
		}
		r.send(ctx, split(r.Self, nil, usage, r.Most))
	}
}

func (r *Relay) flush(ctx context.Context) {
	r.mu.Lock()
	out, lost := r.waiting, r.lost
	r.waiting, r.seen, r.lost = nil, nil, nil
	r.mu.Unlock()
	for org := range lost {
		out = append(out, message{Org: org, Topic: live.Lost})
	}
	if len(out) > 0 {
		r.send(ctx, split(r.Self, out, nil, r.Most))
	}
}

func (r *Relay) send(ctx context.Context, letters []letter) {
	texts := make([]string, 0, len(letters))
	for _, l := range letters {
		text, err := json.Marshal(l)
		if err != nil {
			r.Log.ErrorContext(ctx, "not told to other servers", "err", err)
			continue
		}
		texts = append(texts, string(text))
	}
	if err := r.Bus.Send(ctx, texts); err != nil && ctx.Err() == nil {
		r.Log.WarnContext(ctx, "other servers not told: what changes here shows late there", "err", err)
	}
}

// split puts messages and usage into letters, none of which is longer than most. A
// message that is by itself goes without its data, which is a courtesy; there is at
// least one letter.
func split(self string, ms []message, usage []quota.Share, most int) []letter {
	out := []letter{{From: self}}
	room := most - len(self) - 64
	left := room
	fits := func(v any) bool {
		text, err := json.Marshal(v)
		size := len(text) + 1
		if err != nil || size > room {
			return false
		}
		if size > left {
			out, left = append(out, letter{From: self}), room
		}
		left -= size
		return true
	}
	for _, m := range ms {
		if !fits(m) {
			if m.Data = ""; !fits(m) {
				continue
			}
		}
		last := &out[len(out)-1]
		last.Messages = append(last.Messages, m)
	}
	for _, u := range usage {
		if fits(u) {
			last := &out[len(out)-1]
			last.Usage = append(last.Usage, u)
		}
	}
	return out
}
