package notify_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/notify"
)

var sendAt = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// outbox is one notice and its channel, with what came of each attempt; it sends
// as it is told.
type outbox struct {
	parcel  notify.Parcel
	missing bool                  // the channel was deleted
	answer  func(n int) error     // what the n-th call comes to
	calls   []connector.Call      //
	results []notify.Result       //
	about   []notify.Subject      //
	during  func(context.Context) // of a call
}

func (o *outbox) Take(context.Context, string, string) (notify.Parcel, error) {
	if o.missing {
		return notify.Parcel{}, errs.New(errs.NotFound, "there is no such notice")
	}
	o.parcel.Lead.Attempts++
	return o.parcel, nil
}

func (o *outbox) End(_ context.Context, _ notify.Parcel, r notify.Result) error {
	o.results = append(o.results, r)
	return nil
}

func (o *outbox) Do(ctx context.Context, _ connector.Connection, call connector.Call) (connector.Result, error) {
	o.calls = append(o.calls, call)
	if o.during != nil {
		o.during(ctx)
	}
	return connector.Result{}, o.answer(len(o.calls))
}

func (o *outbox) Connection(_ context.Context, _, id string) (connector.Connection, error) {
	if id == "" {
		return connector.Connection{}, errs.New(errs.NotFound, "there is no such connection")
	}
	return connector.Connection{ID: id, Connector: notify.HTTP}, nil
}

func (o *outbox) Subjects(context.Context, string, []notify.Notice) ([]notify.Subject, error) {
	return o.about, nil
}

func newOutbox(answer func(n int) error) (*outbox, *notify.Sender) {
	lead := notify.Notice{ID: "n1", Org: "o", Channel: "c", About: "a"}
	o := &outbox{answer: answer, about: []notify.Subject{subject(alert.Open)}, parcel: notify.Parcel{
		Channel: notify.Channel{ID: "c", Org: "o", Name: "Program", Connection: "k", Plan: notify.Plan{To: []string{"/x"}}}, Lead: lead, Notices: []notify.Notice{lead},
	}}
	return o, &notify.Sender{Store: o, Caller: o, Reader: o, Now: func() time.Time { return sendAt }, Log: slog.New(slog.DiscardHandler)}
}

// TestSenderTriesAgain says how long it waits after what went wrong, and when it
// gives up.
func TestSenderTriesAgain(t *testing.T) {
	busy := &connector.Error{Message: "busy", Status: 500, Transient: true}
	for name, tt := range map[string]struct {
		err   error
		tried int // before
		state notify.State
		wait  time.Duration
		text  string
	}{
		"it works":                      {nil, 0, notify.Sent, 0, ""},
		"a server error":                {busy, 0, notify.Sending, 5 * time.Second, "busy (status 500)"},
		"the third time":                {busy, 2, notify.Sending, 20 * time.Second, "busy (status 500)"},
		"the ninth time":                {busy, 8, notify.Sending, 10 * time.Minute, "busy (status 500)"},
		"the tenth time":                {busy, 9, notify.Failed, 0, "busy (status 500)"},
		"the peer says when":            {&connector.Error{Message: "slow down", Status: 429, Transient: true, RetryAt: sendAt.Add(time.Minute)}, 0, notify.Sending, time.Minute, "slow down (status 429)"},
		"the peer says when, too early": {&connector.Error{Message: "slow down", Status: 429, Transient: true, RetryAt: sendAt.Add(time.Second)}, 1, notify.Sending, 10 * time.Second, "slow down (status 429)"},
		"no answer in time":             {&connector.Error{Message: "no answer", Transient: true, Sent: true, Err: context.DeadlineExceeded}, 0, notify.Sending, 5 * time.Second, "no answer"},
		"it is refused":                 {&connector.Error{Message: "no such channel", Status: 404}, 0, notify.Failed, 0, "no such channel (status 404)"},
		"something of our own":          {errors.New("disk"), 0, notify.Sending, 5 * time.Second, ""},
	} {
		t.Run(name, func(t *testing.T) {
			o, s := newOutbox(func(int) error { return tt.err })
			o.parcel.Lead.Attempts = tt.tried
			again, err := s.Work(t.Context(), "o", "n1")
			if err != nil || len(o.results) != 1 {
				t.Fatalf("%d results, %v", len(o.results), err)
			}
			r := o.results[0]
			if r.State != tt.state || !strings.Contains(r.Error, tt.text) || (r.Error == "") != (tt.err == nil) {
				t.Errorf("it is %s, %q", r.State, r.Error)
			}
			if tt.wait == 0 && !again.IsZero() || tt.wait != 0 && !again.Equal(sendAt.Add(tt.wait)) {
				t.Errorf("again at %v, want after %v", again, tt.wait)
			}
		})
	}
}

// TestSenderSucceedsInTheEnd tries until it works, as the same delivery.
func TestSenderSucceedsInTheEnd(t *testing.T) {
	o, s := newOutbox(func(n int) error {
		if n < 4 {
			return &connector.Error{Message: "away", Transient: true, Sent: n == 2}
		}
		return nil
	})
	for again := sendAt; !again.IsZero(); {
		var err error
		if again, err = s.Work(t.Context(), "o", "n1"); err != nil || len(o.calls) > 9 {
			t.Fatalf("%d calls, %v", len(o.calls), err)
		}
	}
	if len(o.calls) != 4 || o.results[3].State != notify.Sent || o.results[3].Error != "" {
		t.Errorf("%d calls: %+v", len(o.calls), o.results)
	}
	for _, c := range o.calls {
		if c.Key != "n1" || c.Timeout == 0 {
			t.Errorf("a call is %+v", c)
		}
	}
}

// TestSenderHasNothingToDo sends nothing where nothing is left to be told, and says
// why where it cannot.
func TestSenderHasNothingToDo(t *testing.T) {
	none := func(int) error { return nil }
	o, s := newOutbox(none)
	o.missing = true
	if again, err := s.Work(t.Context(), "o", "n1"); err != nil || !again.IsZero() || len(o.calls)+len(o.results) > 0 {
		t.Errorf("its channel was deleted: %v, %v", again, err)
	}
	o, s = newOutbox(none)
	o.parcel.Notices, o.parcel.Again = nil, sendAt.Add(time.Hour)
	if again, err := s.Work(t.Context(), "o", "n1"); err != nil || !again.Equal(o.parcel.Again) || len(o.calls)+len(o.results) > 0 {
		t.Errorf("it is held back: %v, %v", again, err)
	}
	o, s = newOutbox(none)
	o.about = nil
	if _, err := s.Work(t.Context(), "o", "n1"); err != nil || len(o.calls) > 0 || o.results[0].State != notify.Sent {
		t.Errorf("its alert is gone: %+v, %v", o.results, err)
	}
	o, s = newOutbox(none)
	o.parcel.Channel.Connection = ""
	if again, err := s.Work(t.Context(), "o", "n1"); err != nil || !again.IsZero() || o.results[0].State != notify.Failed || !strings.Contains(o.results[0].Error, "connection of the channel was deleted") {
		t.Errorf("its connection was deleted: %+v, %v", o.results, err)
	}
	o, s = newOutbox(func(int) error { return context.Canceled })
	ctx, cancel := context.WithCancel(t.Context())
	o.during = func(context.Context) { cancel() }
	if _, err := s.Work(ctx, "o", "n1"); !errors.Is(err, context.Canceled) || len(o.results) > 0 {
		t.Errorf("the server stops: %+v, %v", o.results, err)
	}
}
