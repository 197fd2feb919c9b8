// Package live tells whoever is looking that something has changed: a hub of
// small messages for each organization. It keeps nothing. Who was away, or reads
// too slowly, is told that messages were lost, and looks again.
package live

import (
	"context"
	"errors"
	"sync"
)

// Topic says what kind of thing has changed.
type Topic string

// The topics.
const (
	Event      Topic = "event"
	Run        Topic = "run"
	Action     Topic = "action"
	Source     Topic = "source"
	Connection Topic = "connection"
	Table      Topic = "table"
	Alert      Topic = "alert"
	Case       Topic = "case"
	Backtest   Topic = "backtest"
	Rule       Topic = "rule"      // of rules, their settings and suppressions
	Channel    Topic = "channel"   // of notifications
	Letter     Topic = "letter"    // of the server's own
	Inventory  Topic = "inventory" // of an Okta org
	Posture    Topic = "posture"   // of an Okta org
	Remedy     Topic = "remedy"    // a plan of remediation
)

// Topics that are about the subscription itself.
const (
	// Lost takes the place of messages that there was no room for.
	Lost Topic = "lost"
	// SessionEnded says that the session of the message's ID is over.
	SessionEnded Topic = "session_ended"
)

// Topics lists the topics that people see.
func Topics() []Topic {
	return []Topic{Event, Run, Action, Source, Connection, Table, Alert, Case, Rule, Backtest, Channel, Letter, Inventory, Posture, Remedy, Lost}
}

// Message says that a thing has changed.
type Message struct {
	Topic Topic
	ID    string // of the thing; empty for several
	Data  any    // a little about it, as it is encoded to JSON; a json.RawMessage from another server; nil for nothing
}

// DefaultBuffer is how many messages wait for a subscriber who is busy.
const DefaultBuffer = 256

// ErrClosed is what a subscription ends with when its hub does.
var ErrClosed = errors.New("the hub is closed")

// Hub passes messages on. The zero value is ready.
type Hub struct {
	Buffer int // of each subscription; 0 is [DefaultBuffer]
	// Pass is told of every message that is published here, for the hubs of other
	// servers; nil where there are none. It does not wait.
	Pass func(org string, m Message)

	mu     sync.Mutex
	subs   map[string]map[*Subscription]struct{} // by organization
	closed bool
}

// Publish tells an organization's subscribers, here and at other servers. It never
// waits.
func (h *Hub) Publish(org string, m Message) {
	h.Deliver(org, m)
	if h.Pass != nil {
		h.Pass(org, m)
	}
}

// Lost tells every subscriber here that messages were lost.
func (h *Hub) Lost() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, subs := range h.subs {
		for s := range subs {
			s.push(Message{Topic: Lost})
		}
	}
}

// Deliver tells an organization's subscribers here. It never waits.
func (h *Hub) Deliver(org string, m Message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.subs[org] {
		s.push(m)
	}
}

// Subscribe returns an organization's messages from now on, until ctx ends.
func (h *Hub) Subscribe(ctx context.Context, org string) *Subscription {
	s := &Subscription{room: h.Buffer, wake: make(chan struct{}, 1)}
	if s.room <= 0 {
		s.room = DefaultBuffer
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		s.end()
		return s
	}
	if h.subs == nil {
		h.subs = map[string]map[*Subscription]struct{}{}
	}
	if h.subs[org] == nil {
		h.subs[org] = map[*Subscription]struct{}{}
	}
	h.subs[org][s] = struct{}{}
	context.AfterFunc(ctx, func() { h.remove(org, s) })
	return s
}

func (h *Hub) remove(org string, s *Subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.subs[org], s)
	if len(h.subs[org]) == 0 {
		delete(h.subs, org)
	}
}

// Subscribers returns how many there are in all.
func (h *Hub) Subscribers() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, subs := range h.subs {
		n += len(subs)
	}
	return n
}

// Close ends every subscription, those that are yet to come among them.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, subs := range h.subs {
		for s := range subs {
			s.end()
		}
	}
}

// Subscription is one reader's messages.
type Subscription struct {
	room int
	wake chan struct{}

	mu     sync.Mutex
	queue  []Message
	closed bool
}

// push queues a message. Where there is no room, all that waits and this one
// become one message that says so: the reader has to look again anyway.
func (s *Subscription) push(m Message) {
	s.mu.Lock()
	if len(s.queue) >= s.room {
		m = Message{Topic: Lost}
		s.queue = s.queue[:0]
	}
	s.queue = append(s.queue, m)
	s.mu.Unlock()
	s.notify()
}

func (s *Subscription) end() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.notify()
}

func (s *Subscription) notify() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Ready is a channel that receives when Next may have something to return.
func (s *Subscription) Ready() <-chan struct{} { return s.wake }

// Next returns the messages that wait, which may be none, or [ErrClosed] once
// the hub is closed and all was read.
func (s *Subscription) Next() ([]Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.queue
	s.queue = nil
	if len(out) == 0 && s.closed {
		return nil, ErrClosed
	}
	return out, nil
}
