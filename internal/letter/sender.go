package letter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/smtp"
)

// Store keeps letters.
type Store interface {
	// Take begins an attempt at a letter, which is nobody else's until then. Where
	// there is nothing to do, what it returns has ended; where it is not to be done
	// yet, mine is false and the letter is due at its DueAt.
	Take(ctx context.Context, id string, until time.Time) (l Letter, mine bool, err error)
	// End says what came of it; see [Result].
	End(ctx context.Context, l Letter, r Result) error
}

// Result is what came of an attempt. What a letter says is wiped once it is Sent
// or Expired.
type Result struct {
	State State
	DueAt time.Time // of Queued: the next attempt
	Error string
}

// waits returns the pauses between attempts: about a day of them, as mail servers
// that are down come back.
func waits() []time.Duration {
	return []time.Duration{
		5 * time.Second, 30 * time.Second, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 4 * time.Hour, 6 * time.Hour, 6 * time.Hour,
	}
}

// carryTime is how long an attempt may take with everything around it.
const carryTime = 3 * time.Minute

// Health is how the mail server did when it was last asked, by this process.
type Health struct {
	At    time.Time // zero where it was not asked yet
	Error string    // empty where it took what it was given, or said what is wrong with that
}

// Sender sends letters.
type Sender struct {
	Office *Office
	Store  Store
	Log    *slog.Logger
	// Done is called with what came of an attempt: Queued where it is tried again.
	Done func(l Letter, r Result)

	mu     sync.Mutex
	health Health
}

// Health returns how the mail server did.
func (s *Sender) Health() Health {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.health
}

func (s *Sender) saw(trouble string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.health = Health{At: s.Office.Now(), Error: trouble}
}

// Work is one attempt at a letter. It returns when to call again, or the zero time
// when nothing more is to be done.
func (s *Sender) Work(ctx context.Context, letter string) (time.Time, error) {
	l, mine, err := s.Store.Take(ctx, letter, s.Office.Now().Add(carryTime))
	if errs.KindOf(err) == errs.NotFound { // its organization was deleted
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("take up letter %s: %w", letter, err)
	}
	if l.State.Ended() {
		return time.Time{}, nil
	}
	if !mine {
		return l.DueAt, nil
	}
	var r Result
	if now := s.Office.Now(); now.Before(l.ExpiresAt) {
		r = s.judge(l, s.carry(ctx, l))
	} else {
		r = Result{State: Expired, Error: l.Error}
	}
	stopped := ctx.Err() != nil && r.State == Queued // the server stops; another goes on with it at once
	if stopped {
		r = Result{State: Queued, DueAt: s.Office.Now(), Error: l.Error}
	}
	if err := s.Store.End(context.WithoutCancel(ctx), l, r); err != nil {
		return time.Time{}, fmt.Errorf("end letter %s: %w", letter, err)
	}
	if stopped {
		return time.Time{}, ctx.Err()
	}
	s.tell(ctx, l, r)
	if r.State == Queued {
		return r.DueAt, nil
	}
	return time.Time{}, nil
}

func (s *Sender) tell(ctx context.Context, l Letter, r Result) {
	if r.State != Sent {
		s.Log.WarnContext(ctx, "letter not sent", "letter", l.ID, "kind", l.Kind, "attempt", l.Attempts, "state", r.State, "err", r.Error)
	}
	if s.Done != nil {
		s.Done(l, r)
	}
}

func (s *Sender) carry(ctx context.Context, l Letter) error {
	if err := s.Office.Ready(); err != nil { // it was, when the letter was written
		return err
	}
	said, err := s.Office.open(l)
	if err != nil {
		return err
	}
	m, err := compose(l, said, s.Office.Post.From())
	if err != nil {
		return err
	}
	err = s.Office.Post.Carry(ctx, m)
	if ctx.Err() == nil {
		s.saw(trouble(err))
	}
	return err
}

// trouble returns what is wrong with the mail server, going by an error. One that
// refuses a letter is well.
func trouble(err error) string {
	if err == nil {
		return ""
	}
	failed, ok := errors.AsType[*smtp.Error](err)
	if ok && failed.Code != 0 && failed.Code != 421 && !failed.Auth() {
		return ""
	}
	return explain(err)
}

// judge says what comes of an attempt's error.
func (s *Sender) judge(l Letter, err error) Result {
	if err == nil {
		return Result{State: Sent}
	}
	text := explain(err)
	if failed, ok := errors.AsType[*smtp.Error](err); ok && !failed.Temporary() && !failed.Auth() { // 5yz: it will say so again
		return Result{State: Failed, Error: text}
	}
	if errs.KindOf(err) == errs.Invalid {
		return Result{State: Failed, Error: text}
	}
	pauses := waits()
	if l.Attempts > len(pauses) {
		return Result{State: Failed, Error: text}
	}
	due := s.Office.Now().Add(pauses[max(0, l.Attempts-1)])
	if due.After(l.ExpiresAt) { // it is looked at once more, to wipe it
		due = l.ExpiresAt
	}
	return Result{State: Queued, DueAt: due, Error: text}
}

// maxError bounds what is kept of an error, in characters.
const maxError = 400

// explain says what went wrong, for administrators.
func explain(err error) string {
	text := oneLine(err.Error())
	failed, ok := errors.AsType[*smtp.Error](err)
	switch {
	case ok && failed.Auth():
		text = "the mail server refuses the user and password of mail.user: " + text
	case ok && failed.Code != 0:
		text = "the mail server answered: " + text
	case ok && errors.Is(err, context.DeadlineExceeded):
		text = "the mail server does not answer within mail.timeout"
	case ok:
		text = "the mail server does not answer: " + text
	case errs.KindOf(err) != errs.Internal:
		text = errs.Message(err)
	}
	if r := []rune(text); len(r) > maxError {
		text = string(r[:maxError]) + "…"
	}
	return text
}

// Try sends a test to an address at once, and returns what went wrong. It keeps
// nothing.
func (s *Sender) Try(ctx context.Context, to string) error {
	if err := s.Office.Ready(); err != nil {
		return err
	}
	if _, err := address(to); err != nil {
		return err
	}
	said, err := say(Message{Kind: Test, To: to}, s.Office.Server)
	if err != nil {
		return err
	}
	now := s.Office.Now()
	m, err := compose(Letter{ID: id.At(now), Kind: Test, To: to, CreatedAt: now}, said, s.Office.Post.From())
	if err != nil {
		return err
	}
	err = s.Office.Post.Carry(ctx, m)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.saw(trouble(err))
	if err != nil {
		return errs.Wrap(errs.Unavailable, err, "%s", explain(err))
	}
	return nil
}
