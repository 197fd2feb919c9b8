// Package teams simulates the two ways to post into a Microsoft Teams channel
// by a URL: a Workflows webhook, which takes adaptive cards, and an Office 365
// connector, which takes message cards and is being retired. It keeps what
// arrives in memory.
//
// Sources: learn.microsoft.com "Create incoming webhooks with Workflows",
// "Create and send messages to Microsoft Teams with an Incoming Webhook".
package teams

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Limits of a webhook.
const (
	maxBody     = 28 << 10 // bytes
	maxRate     = 4        // posts to one webhook ...
	rateWindow  = time.Second
	maxMessages = 20_000
)

// Kind is the kind of a webhook.
type Kind string

// The kinds of webhook.
const (
	Workflow Kind = "workflow"
	Legacy   Kind = "legacy"
)

// Message is a post that arrived.
type Message struct {
	Kind Kind            `json:"kind"`
	Text string          `json:"text"` // everything in the card that people read, a line each
	Card json.RawMessage `json:"card"` // the adaptive card, or the message card
	Body json.RawMessage `json:"body"` // as posted
	Time time.Time       `json:"time"`
	// Delivered is false when the post never got into the channel, although the
	// answer was 200.
	Delivered bool `json:"delivered"`
}

// Options are what a channel is made from.
type Options struct {
	Seed uint64           // decides the ids in the URLs
	Now  func() time.Time // time.Now when nil
}

// Channel is a Teams channel with one webhook of each kind, served by
// ServeHTTP. It is safe for concurrent use.
type Channel struct {
	now      func() time.Time
	workflow string
	legacy   string

	mu       sync.Mutex
	lies     bool
	limits   bool
	posts    map[Kind][]time.Time // of the last second
	messages []Message
}

// New makes a channel.
func New(opt Options) *Channel {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	r := rand.New(rand.NewPCG(opt.Seed, 0x7465616d73)) //nolint:gosec // a simulation, repeatable on purpose
	id := func() string { return fmt.Sprintf("%016x%016x", r.Uint64(), r.Uint64()) }
	return &Channel{now: opt.Now, workflow: id(), legacy: id(), limits: true, posts: map[Kind][]time.Time{}}
}

// Path returns where a webhook is served.
func (c *Channel) Path(k Kind) string {
	if k == Workflow {
		return "/workflow/" + c.workflow
	}
	return "/legacy/" + c.legacy
}

// Lie makes the connector answer 200 for posts that do not get into the
// channel, with the reason in the body, as the real one is known to do.
func (c *Channel) Lie(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lies = on
}

// EnforceRateLimits switches the limit of four posts a second on or off. It is
// on at first.
func (c *Channel) EnforceRateLimits(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limits, c.posts = on, map[Kind][]time.Time{}
}

// Messages returns what arrived and was well-formed, oldest first.
func (c *Channel) Messages() []Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Message{}, c.messages...)
}

// ServeHTTP answers a post to one of the webhooks.
func (c *Channel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	kind := Legacy
	switch strings.TrimSuffix(r.URL.Path, "/") {
	case c.Path(Workflow):
		kind = Workflow
	case c.Path(Legacy):
	default:
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		http.Error(w, "the body was not read", http.StatusBadRequest)
		return
	}
	if !c.mayPost(kind) {
		w.Header().Set("Retry-After", "1")
		text(w, http.StatusTooManyRequests, failure(http.StatusTooManyRequests))
		return
	}
	if len(body) > maxBody {
		text(w, http.StatusRequestEntityTooLarge, failure(http.StatusRequestEntityTooLarge))
		return
	}
	if kind == Workflow {
		c.takeWorkflow(w, body)
	} else {
		c.takeLegacy(w, body)
	}
}

// mayPost counts a post to a webhook, and says whether it was not one too many.
func (c *Channel) mayPost(k Kind) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	recent := c.posts[k]
	for len(recent) > 0 && now.Sub(recent[0]) >= rateWindow {
		recent = recent[1:]
	}
	ok := !c.limits || len(recent) < maxRate
	if ok {
		recent = append(recent, now)
	}
	c.posts[k] = recent
	return ok
}

// takeWorkflow answers a Workflows webhook: 202 and no body, or an error as
// the service behind it writes them.
func (c *Channel) takeWorkflow(w http.ResponseWriter, body []byte) {
	card, err := readEnvelope(body)
	if err != nil {
		b, _ := json.Marshal(map[string]any{"error": map[string]string{ // of texts only
			"code": "TriggerInputSchemaMismatch", "message": "The input body for trigger 'manual' of type 'Request' did not match its schema definition. Error details: '" + err.Error() + "'.",
		}})
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write(b) // nobody is left to tell
		return
	}
	c.keep(Message{Kind: Workflow, Card: card, Body: body, Delivered: true})
	w.WriteHeader(http.StatusAccepted)
}

// takeLegacy answers a connector: 200 and "1", or a sentence.
func (c *Channel) takeLegacy(w http.ResponseWriter, body []byte) {
	card, problem := readLegacy(body)
	if problem != "" {
		text(w, http.StatusBadRequest, problem)
		return
	}
	c.mu.Lock()
	lies := c.lies
	c.mu.Unlock()
	c.keep(Message{Kind: Legacy, Card: card, Body: body, Delivered: !lies})
	if lies {
		text(w, http.StatusOK, failure(http.StatusTooManyRequests))
		return
	}
	text(w, http.StatusOK, "1")
}

// failure is how the connector says that Teams refused a message.
func failure(status int) string {
	return "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error " + strconv.Itoa(status) +
		" with ContextId tcid=0,server=SANDBOX,cv=0.."
}

func text(w http.ResponseWriter, status int, s string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, s) // nobody is left to tell
}

func (c *Channel) keep(m Message) {
	m.Text = readable(m.Card)
	c.mu.Lock()
	defer c.mu.Unlock()
	m.Time = c.now().UTC().Truncate(time.Microsecond)
	c.messages = append(c.messages, m)
	if len(c.messages) > maxMessages {
		c.messages = append([]Message{}, c.messages[len(c.messages)-maxMessages*9/10:]...)
	}
}
