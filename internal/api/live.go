package api

import (
	"context"
	rawjson "encoding/json"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"sallyport/internal/alert"
	"sallyport/internal/flow"
	"sallyport/internal/live"
	"sallyport/internal/portal"
)

var _ = add("GET /api/v1/live", signedIn, doc{
	Summary: "What changes, as it changes", Gives: "text/event-stream", Long: true, Carries: []reflect.Type{reflect.TypeFor[LiveMessage]()},
	Help: "Server-sent events, each named by its topic, its data a LiveMessage as JSON. The event lost says that messages were missed: look again at what is shown. " +
		"A stream that is taken up again begins with it. The stream ends with the session.",
}, openLive)

// LiveMessage says that a thing has changed.
type LiveMessage struct {
	Topic live.Topic `json:"topic"`
	ID    string     `json:"id,omitempty" doc:"of the thing; not there where it is several"`
	Data  *LiveData  `json:"data,omitempty"`
}

// LiveData is a little about what has changed.
type LiveData struct {
	Flow     string     `json:"flow,omitempty" doc:"of a run"`
	State    flow.State `json:"state,omitempty" doc:"of a run"`
	Severity Severity   `json:"severity,omitempty" doc:"of an alert"`
	Count    int        `json:"count,omitzero" doc:"how many events came"`
}

// RunChanged is the message that a run is in a new state. The flow may be left
// out.
func RunChanged(run, flowID string, s flow.State) live.Message {
	return live.Message{Topic: live.Run, ID: run, Data: &LiveData{Flow: flowID, State: s}}
}

// EventsAccepted is the message that a source brought new events.
func EventsAccepted(source string, n int) live.Message {
	return live.Message{Topic: live.Event, ID: source, Data: &LiveData{Count: n}}
}

// AlertChanged is the message that an alert is new, or not as it was.
func AlertChanged(a alert.Alert) live.Message {
	return live.Message{Topic: live.Alert, ID: a.ID, Data: &LiveData{Severity: severityOf(a.Severity)}}
}

// SessionEnded is the message that a session has ended.
func SessionEnded(session string) live.Message {
	return live.Message{Topic: live.SessionEnded, ID: session}
}

// topicWants returns the permission that a topic's messages want.
func topicWants(t live.Topic) (portal.Permission, bool) {
	switch t {
	case live.Event:
		return portal.EventsRead, true
	case live.Run:
		return portal.RunsRead, true
	case live.Action:
		return portal.ActionsRead, true
	case live.Source:
		return portal.SourcesRead, true
	case live.Connection:
		return portal.ConnectionsRead, true
	case live.Table:
		return portal.TablesRead, true
	case live.Alert, live.Case:
		return portal.AlertsRead, true
	case live.Channel:
		return portal.ChannelsRead, true
	case live.Remedy:
		return portal.RemediesRead, true
	case live.Letter:
		return portal.MembersRead, true
	case live.Inventory, live.Posture:
		return portal.InventoryRead, true
	case live.Rule, live.Backtest:
		return portal.RulesRead, true
	case live.Lost, live.SessionEnded:
	}
	return "", false
}

// DefaultHeartbeat is how often a stream says that it is still there. Proxies
// end what is silent for longer.
const DefaultHeartbeat = 15 * time.Second

// writeWithin is how long a reader may take to read what is sent.
const writeWithin = 30 * time.Second

// gatherFor is how long after a write what comes next is gathered, so that a busy
// server's messages go out together; one that comes alone does not wait.
const gatherFor = 50 * time.Millisecond

// stream is an open stream of messages.
type stream struct {
	d      Deps
	caller portal.Caller
	w      http.ResponseWriter
	out    *http.ResponseController
	wrote  time.Time // last
}

func openLive(_ context.Context, d Deps, c portal.Caller, _ none) (*stream, error) {
	return &stream{d: d, caller: c}, nil
}

func (s *stream) answer(w http.ResponseWriter, r *http.Request) {
	s.w, s.out = w, http.NewResponseController(w)
	sub := s.d.Live.Subscribe(r.Context(), s.caller.Org.ID)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would keep it back
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return
	}
	if r.Header.Get("Last-Event-ID") != "" && !s.sendAll([]live.Message{{Topic: live.Lost}}) || !s.write(": hello\n\n") {
		return
	}
	beat := s.d.Heartbeat
	if beat == 0 {
		beat = DefaultHeartbeat
	}
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
			if !s.stillIn(r) || !s.write(": still here\n\n") {
				return
			}
		case <-sub.Ready():
			s.gather(r.Context())
			if ms, err := sub.Next(); err != nil || !s.sendAll(ms) {
				return
			}
		}
	}
}

// stillIn reports whether the caller's session or token still holds, and what it
// allows now. It is no request of a person, so it keeps no session open.
func (s *stream) stillIn(r *http.Request) bool {
	var c portal.Caller
	var err error
	if token, ok := bearer(r); ok {
		c, err = s.d.Portal.EnterByToken(r.Context(), token, portal.From{Addr: s.caller.Token.SeenAddr})
	} else {
		c, err = s.d.Portal.Look(r.Context(), cookieOf(s.d.BaseURL, r))
	}
	if err != nil {
		return false
	}
	s.caller = c
	return true
}

// gather waits while it is too soon for the next write.
func (s *stream) gather(ctx context.Context) {
	soon := time.NewTimer(gatherFor - time.Since(s.wrote))
	defer soon.Stop()
	select {
	case <-soon.C:
	case <-ctx.Done():
	}
}

// sendAll writes messages that the caller may see, in one go. It reports whether
// the stream goes on.
func (s *stream) sendAll(ms []live.Message) bool {
	var out strings.Builder
	for _, m := range ms {
		if m.Topic == live.SessionEnded {
			if m.ID == s.caller.Session.ID && m.ID != "" {
				return false
			}
			continue
		}
		if wants, ok := topicWants(m.Topic); ok && !s.caller.Can(wants) {
			continue
		}
		if !spell(&out, m) {
			return false
		}
	}
	return out.Len() == 0 || s.write(out.String())
}

// spell writes one event (HTML standard, section 9.2.6). Its id says no more than
// that something was read before: what comes back begins anew.
func spell(to *strings.Builder, m live.Message) bool {
	out := LiveMessage{Topic: m.Topic, ID: m.ID}
	switch data := m.Data.(type) {
	case *LiveData:
		out.Data = data
	case rawjson.RawMessage: // of another server, which may be of another version
		if err := json.Unmarshal(data, &out.Data); err != nil {
			out.Data = nil
		}
	}
	body, err := json.Marshal(out)
	if err != nil {
		return false
	}
	to.WriteString("id: 1\nevent: " + string(m.Topic) + "\ndata: ")
	to.Write(body)
	to.WriteString("\n\n")
	return true
}

func (s *stream) write(text string) bool {
	_ = s.out.SetWriteDeadline(time.Now().Add(writeWithin)) // where the server has none, its connection's end does
	if _, err := s.w.Write([]byte(text)); err != nil {
		return false
	}
	s.wrote = time.Now()
	return s.out.Flush() == nil
}
