package notify

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/quota"
)

// Store keeps channels and notices.
type Store interface {
	// Take begins an attempt at a notice: what is to be sent with it now, if
	// anything is. A parcel that was begun and not ended is given out again: the
	// process that had it has died.
	Take(ctx context.Context, org, notice string) (Parcel, error)
	// End says what came of a parcel.
	End(ctx context.Context, p Parcel, r Result) error
}

// Result is what came of an attempt.
type Result struct {
	State State // Sent, Failed, or Sending where it is tried again
	Error string
	Place Place // where the message stands now, where that is known
}

// Caller carries out calls: the connector engine.
type Caller interface {
	Do(ctx context.Context, c connector.Connection, call connector.Call) (connector.Result, error)
}

// Reader reads what messages are made of.
type Reader interface {
	// Connection returns a connection of an organization.
	Connection(ctx context.Context, org, id string) (connector.Connection, error)
	// Subjects returns what notices tell of, in their order.
	Subjects(ctx context.Context, org string, ns []Notice) ([]Subject, error)
}

// Sender sends notices.
type Sender struct {
	Store  Store
	Caller Caller
	Reader Reader
	Now    func() time.Time
	Log    *slog.Logger
	// Changed is called when a channel's health may have changed.
	Changed func(org, channel string)
}

const (
	// maxAttempts is how often a notice is tried before it has failed.
	maxAttempts = 10
	firstRetry  = 5 * time.Second
	longRetry   = 10 * time.Minute
)

// Work is one attempt at a notice. It returns when to call again, or the zero time
// when nothing more is to be done. A message that may have gone out and was not
// answered for is sent again: what receives it may see it twice, and never not at
// all. An HTTP request says which it is, so that its receiver can tell.
func (s *Sender) Work(ctx context.Context, org, notice string) (time.Time, error) {
	p, err := s.Store.Take(ctx, org, notice)
	if errs.KindOf(err) == errs.NotFound { // its channel was deleted
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("take up notice %s: %w", notice, err)
	}
	if len(p.Notices) == 0 {
		return p.Again, nil
	}
	place, err := s.send(ctx, p)
	if err != nil && ctx.Err() != nil { // the server stops; another goes on with it
		return time.Time{}, ctx.Err()
	}
	r, again := s.judge(p, err)
	r.Place = place
	if err := s.Store.End(ctx, p, r); err != nil {
		return time.Time{}, fmt.Errorf("end notice %s: %w", notice, err)
	}
	if r.Error != "" {
		s.Log.WarnContext(ctx, "people not told", "channel", p.Channel.Name, "notice", p.Lead.ID, "attempt", p.Lead.Attempts, "final", r.State == Failed, "err", r.Error)
	}
	if s.Changed != nil {
		s.Changed(org, p.Channel.ID)
	}
	return again, nil
}

func (s *Sender) send(ctx context.Context, p Parcel) (Place, error) {
	if p.Lead.Moment == Answered && p.Place == (Place{}) {
		return Place{}, nil
	}
	about, err := s.Reader.Subjects(ctx, p.Channel.Org, p.Notices)
	if err != nil {
		return Place{}, err
	}
	if len(about) == 0 { // what they tell of is gone
		return Place{}, nil
	}
	return s.tell(ctx, p, about)
}

// Tell sends one message about subjects to a parcel's channel.
func (s *Sender) Tell(ctx context.Context, p Parcel, about []Subject) error {
	_, err := s.tell(ctx, p, about)
	return err
}

// tell sends a message, or changes the one that stands at the parcel's place.
func (s *Sender) tell(ctx context.Context, p Parcel, about []Subject) (Place, error) {
	conn, err := s.Reader.Connection(ctx, p.Channel.Org, p.Channel.Connection)
	if errs.KindOf(err) == errs.NotFound {
		return Place{}, errs.New(errs.NotFound, "the connection of the channel was deleted; choose another")
	}
	if err != nil {
		return Place{}, err
	}
	call := p.Call(conn.Connector, about, s.Now())
	call.Priority = quota.Flow
	got, err := s.Caller.Do(ctx, conn, call)
	if err != nil || conn.Connector != Slack {
		return Place{}, err
	}
	return Place{got.Outputs.Text("channel"), got.Outputs.Text("ts")}, nil
}

// judge says what comes of an attempt's error.
func (s *Sender) judge(p Parcel, err error) (Result, time.Time) {
	if err == nil {
		return Result{State: Sent}, time.Time{}
	}
	why := connector.AsError(err)
	transient := why != nil && why.Transient || why == nil && errs.KindOf(err) != errs.NotFound
	text := errs.Message(err)
	if why != nil {
		text = why.Error()
	}
	text = cut(text, 500)
	if !transient || p.Lead.Attempts >= maxAttempts {
		return Result{State: Failed, Error: text}, time.Time{}
	}
	wait := min(longRetry, firstRetry<<min(10, max(0, p.Lead.Attempts-1)))
	again := s.Now().Add(wait)
	if why != nil && why.RetryAt.After(again) {
		again = why.RetryAt
	}
	return Result{State: Sending, Error: cmp.Or(text, "it did not work")}, again
}
