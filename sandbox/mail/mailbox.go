// Package mail is the mailbox of everybody in a simulated company: messages
// that come by SMTP, and those that a simulated service says it has sent. It
// keeps them in memory and passes nothing on.
package mail

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// Message is a mail that arrived.
type Message struct {
	ID      int               `json:"id"`   // counts from 1
	From    string            `json:"from"` // address of the envelope
	To      []string          `json:"to"`   // addresses of the envelope
	Subject string            `json:"subject"`
	Text    string            `json:"text"`
	HTML    string            `json:"html"`
	Headers map[string]string `json:"headers,omitempty"` // decoded; the first of each name
	Time    time.Time         `json:"time"`
	Via     string            `json:"via"` // "smtp", or the name of the service that sent it
}

// maxMessages is how many messages are kept.
const maxMessages = 10_000

// Mailbox keeps messages. It is safe for concurrent use.
type Mailbox struct {
	now func() time.Time

	mu       sync.Mutex
	last     int
	messages []Message
}

// NewMailbox returns an empty mailbox.
func NewMailbox(now func() time.Time) *Mailbox { return &Mailbox{now: now} }

// Add puts a message in, gives it its ID and, if it has none, its time.
func (b *Mailbox) Add(m Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last++
	m.ID = b.last
	if m.Time.IsZero() {
		m.Time = b.now()
	}
	m.Time = m.Time.UTC().Truncate(time.Microsecond)
	b.messages = append(b.messages, m)
	if len(b.messages) > maxMessages {
		b.messages = slices.Clone(b.messages[len(b.messages)-maxMessages*9/10:])
	}
}

// Messages returns the messages to an address, in any case, or all when it is
// empty; oldest first.
func (b *Mailbox) Messages(to string) []Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := []Message{}
	for _, m := range b.messages {
		if to == "" || slices.ContainsFunc(m.To, func(s string) bool { return strings.EqualFold(s, to) }) {
			out = append(out, m)
		}
	}
	return out
}
