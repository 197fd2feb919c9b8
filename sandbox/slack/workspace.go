// Package slack simulates one Slack workspace: the methods of the Web API that
// a bot needs to find people and channels and to post, change and delete
// messages. It keeps what arrives in memory.
//
// Shapes, names and errors are those of api.slack.com/methods; people are
// somebody else's, told of by [People].
package slack

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// Options are what a workspace is made from.
type Options struct {
	Token string // of the bot; every other token is refused
	// SigningSecret is what requests to the app are signed with.
	SigningSecret string
	Team          string           // name of the workspace: "Acme"
	Seed          uint64           // decides ids
	People        People           // who is in the workspace
	Base          func() string    // URL under which the workspace is served, "http://127.0.0.1:8080/slack"
	Now           func() time.Time // time.Now when nil
}

// People is who is in a workspace.
type People interface {
	// ByEmail returns the person with an address, in any case.
	ByEmail(email string) (Person, bool)
	// ByID returns the person with a Slack id.
	ByID(id string) (Person, bool)
	// After returns at most n people whose ids follow an id, in the order of
	// their ids; all from the first one when it is empty.
	After(id string, n int) []Person
}

// Person is a member of the workspace.
type Person struct {
	ID          string // "U0A1B2C3"
	Name        string // handle, without "@"
	First, Last string
	Email       string
	Title       string
	Deleted     bool // deactivated
	Admin       bool
}

// Message is a message that arrived.
type Message struct {
	Channel     string          `json:"channel"`      // id
	ChannelName string          `json:"channel_name"` // without "#"; the person's handle in a direct message
	TS          string          `json:"ts"`
	ThreadTS    string          `json:"thread_ts,omitempty"` // of the message that it answers
	Text        string          `json:"text"`
	Blocks      json.RawMessage `json:"blocks,omitempty"`
	Attachments json.RawMessage `json:"attachments,omitempty"`
	Metadata    json.RawMessage `json:"metadata,omitempty"`
	Username    string          `json:"username,omitempty"`     // when it is not the bot's own
	EphemeralTo string          `json:"ephemeral_to,omitempty"` // id of the one person who sees it
	Edited      bool            `json:"edited"`
	Deleted     bool            `json:"deleted"`
	Time        time.Time       `json:"time"`              // when it arrived
	Changed     time.Time       `json:"changed,omitzero"`  // when it was edited or deleted
	Permalink   string          `json:"permalink"`         // URL of the message
	History     []string        `json:"history,omitempty"` // its texts before they were edited
}

// maxMessages is how many messages are kept.
const maxMessages = 20_000

// Workspace is a simulated Slack workspace, served by ServeHTTP. It is safe
// for concurrent use.
type Workspace struct {
	opt    Options
	team   string // id
	bot    bot
	router map[string]method

	mu       sync.Mutex
	limits   bool
	channels []*channel
	messages []*Message
	lastTS   time.Time
	rand     *rand.Rand
	buckets  map[string]*bucket

	interactivity string // URL of the app's
}

// bot is the app that the token belongs to.
type bot struct{ user, id, app, name string }

// New makes a workspace with a few channels.
func New(opt Options) *Workspace {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	w := &Workspace{
		opt: opt, router: methods(), limits: true, buckets: map[string]*bucket{},
		rand: rand.New(rand.NewPCG(opt.Seed, 0x736c61636b)), //nolint:gosec // a simulation, repeatable on purpose
	}
	w.team = w.id("T")
	w.bot = bot{user: w.id("U"), id: w.id("B"), app: w.id("A"), name: "sallyport"}
	w.seed()
	return w
}

// id makes an id of a kind. The caller holds the lock, or nobody else knows
// the workspace yet.
func (w *Workspace) id(prefix string) string {
	const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	b := []byte(prefix + "0")
	for range 8 {
		b = append(b, letters[w.rand.IntN(len(letters))])
	}
	return string(b)
}

// EnforceRateLimits switches the limit of messages per channel on or off. It
// is on at first.
func (w *Workspace) EnforceRateLimits(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.limits, w.buckets = on, map[string]*bucket{}
}

// Messages returns what arrived and was accepted, oldest first; deleted
// messages too.
func (w *Workspace) Messages() []Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]Message, len(w.messages))
	for i, m := range w.messages {
		out[i] = *m
	}
	return out
}

// Team returns id and name of the workspace.
func (w *Workspace) Team() (id, name string) { return w.team, w.opt.Team }

// Bot returns the user id of the bot that the token belongs to, and its name.
func (w *Workspace) Bot() (id, name string) { return w.bot.user, w.bot.name }

// Channel is a channel as the outside knows it.
type Channel struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Archived bool   `json:"archived"`
	Private  bool   `json:"private"`
}

// Channels returns the channels that the bot can see, without direct messages.
func (w *Workspace) Channels() []Channel {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := []Channel{}
	for _, c := range w.channels {
		if c.with == "" && !c.outside {
			out = append(out, Channel{c.id, c.name, c.archived, c.private})
		}
	}
	return out
}

// stamp makes the ts of a new message: the time in microseconds, later than
// every other one. The caller holds the lock.
func (w *Workspace) stamp() (string, time.Time) {
	at := w.opt.Now().UTC().Truncate(time.Microsecond)
	if !at.After(w.lastTS) {
		at = w.lastTS.Add(time.Microsecond)
	}
	w.lastTS = at
	return fmt.Sprintf("%d.%06d", at.Unix(), at.Nanosecond()/1000), at
}

// domain is the workspace's part of URLs.
func domain(w *Workspace) string { return strings.ToLower(w.opt.Team) }

// permalink is the URL of a message.
func (w *Workspace) permalink(channel, ts string) string {
	return w.opt.Base() + "/archives/" + channel + "/p" + strings.ReplaceAll(ts, ".", "")
}
