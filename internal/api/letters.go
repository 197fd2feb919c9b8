package api

import (
	"context"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/letter"
	"sallyport/internal/live"
	"sallyport/internal/portal"
	"sallyport/internal/store"
)

var (
	_ = add("GET /api/v1/letters", portal.MembersRead, doc{
		Summary: "Letters that the server wrote in its own name, the newest first",
		Help:    "To confirm addresses, reset passwords, invite. What they say is shown to nobody: it has links that sign in.",
	}, listLetters)
	_ = add("POST /api/v1/letters/{letter}/retry", portal.MembersWrite, doc{Summary: "Try a letter again now", Help: "One that waits for its next attempt, or has failed, and whose link is still good."}, retryLetter)
	_ = add("GET /api/v1/mail", portal.MembersRead, doc{Summary: "How the server's own mail does"}, getMail)
	_ = add("POST /api/v1/mail/test", portal.MembersWrite, doc{Summary: "Send a test to one's own address", Help: "At once.", Long: true}, testMail)
)

// Letter is one message to one person, without what it says.
type Letter struct {
	ID        string       `json:"id"`
	Kind      letter.Kind  `json:"kind"`
	To        string       `json:"to"`
	State     letter.State `json:"state"`
	Attempts  int          `json:"attempts"`
	NextAt    time.Time    `json:"nextAt,omitzero" doc:"of a queued one: its next attempt"`
	SentAt    time.Time    `json:"sentAt,omitzero"`
	Error     string       `json:"error,omitempty" doc:"what the last attempt failed with"`
	ExpiresAt time.Time    `json:"expiresAt" doc:"from then on it is not sent any more"`
	CreatedAt time.Time    `json:"createdAt"`
}

func showLetter(l letter.Letter) Letter {
	out := Letter{ID: l.ID, Kind: l.Kind, To: l.To, State: l.State, Attempts: l.Attempts, SentAt: l.SentAt, Error: l.Error, ExpiresAt: l.ExpiresAt, CreatedAt: l.CreatedAt}
	if l.State == letter.Queued {
		out.NextAt = l.DueAt
	}
	return out
}

type listLettersIn struct {
	paging

	State letter.State `query:"state" doc:"any where nothing is said"`
}

func listLetters(ctx context.Context, d Deps, c portal.Caller, in listLettersIn) (Page[Letter], error) {
	return listed(in.paging, func(after store.Place, limit int) ([]letter.Letter, error) {
		return d.DB.Letters.List(ctx, c.Org.ID, in.State, after, limit)
	}, func(l letter.Letter) store.Place { return store.Place{At: l.CreatedAt, ID: l.ID} }, func([]letter.Letter) (func(letter.Letter) Letter, error) {
		return showLetter, nil
	})
}

type letterIn struct {
	ID string `path:"letter"`
}

func retryLetter(ctx context.Context, d Deps, c portal.Caller, in letterIn) (Letter, error) {
	l, err := d.DB.Letters.Retry(ctx, c.Org.ID, in.ID)
	if err != nil {
		return Letter{}, err
	}
	d.Live.Publish(c.Org.ID, live.Message{Topic: live.Letter, ID: l.ID})
	return showLetter(l), nil
}

// Mail is how the server's own mail does.
type Mail struct {
	Configured bool      `json:"configured"`
	Server     string    `json:"server,omitempty" doc:"its URL; log where letters are written to the server's log"`
	From       string    `json:"from,omitempty"`
	State      string    `json:"state" enum:"none,unknown,ok,down" doc:"none: no mail is configured; unknown: nothing was sent since the server started"`
	Error      string    `json:"error,omitempty" doc:"of a mail server that is down, or what to do where none is configured"`
	CheckedAt  time.Time `json:"checkedAt,omitzero" doc:"when the mail server was last asked"`
	Queued     int       `json:"queued" doc:"letters of the organization that are not sent yet"`
	Failed     int       `json:"failed" doc:"letters of the last 24 hours that could not be sent"`
}

// How mail does; see [Mail].
const (
	mailNone    = "none"
	mailUnknown = "unknown"
	mailOK      = "ok"
	mailDown    = "down"
)

// maxQueued is longer than a letter can wait.
const maxQueued = 31 * 24 * time.Hour

func getMail(ctx context.Context, d Deps, c portal.Caller, _ none) (Mail, error) {
	out := mailState(d)
	open, err := d.DB.Letters.Count(ctx, c.Org.ID, d.Now().Add(-maxQueued))
	if err != nil {
		return out, err
	}
	day, err := d.DB.Letters.Count(ctx, c.Org.ID, dayBefore(d.Now()))
	out.Queued, out.Failed = open[letter.Queued], day[letter.Failed]
	return out, err
}

func mailState(d Deps) Mail {
	if err := mailReady(d); err != nil {
		return Mail{State: mailNone, Error: errs.Message(err)}
	}
	post, health := d.Letters.Office.Post, d.Letters.Health()
	from := post.From()
	out := Mail{Configured: true, Server: post.Name(), From: from.String(), State: mailOK, Error: health.Error, CheckedAt: health.At}
	switch {
	case health.At.IsZero():
		out.State = mailUnknown
	case health.Error != "":
		out.State = mailDown
	}
	return out
}

func mailReady(d Deps) error {
	if d.Letters == nil {
		return (&letter.Office{}).Ready()
	}
	return d.Letters.Office.Ready()
}

// MailTest is what came of a test.
type MailTest struct {
	OK      bool   `json:"ok"`
	To      string `json:"to"`
	Message string `json:"message"`
}

func testMail(ctx context.Context, d Deps, c portal.Caller, _ none) (MailTest, error) {
	if err := mailReady(d); err != nil {
		return MailTest{}, err
	}
	out := MailTest{OK: true, To: c.Account.Email, Message: "The mail server took the letter."}
	if err := d.Letters.Try(ctx, c.Account.Email); err != nil {
		if ctx.Err() != nil {
			return MailTest{}, err
		}
		out.OK, out.Message = false, errs.Message(err)
	}
	d.Live.Publish(c.Org.ID, live.Message{Topic: live.Letter})
	return out, nil
}

// countLetters says what of the server's own mail needs somebody.
func countLetters(ctx context.Context, d Deps, c portal.Caller, out *Overview) error {
	day, err := d.DB.Letters.Count(ctx, c.Org.ID, out.Since)
	out.Needs.FailedLetters, out.Needs.MailDown = day[letter.Failed], mailState(d).State == mailDown
	return err
}
