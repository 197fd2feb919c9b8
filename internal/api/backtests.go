package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/backtest"
	"sallyport/internal/errs"
	"sallyport/internal/live"
	"sallyport/internal/portal"
)

var (
	_ = add("GET /api/v1/backtests", portal.RulesRead, doc{Summary: "Backtests, the newest first", Help: "It wants events:read, too."}, listBacktests)
	_ = add("POST /api/v1/backtests", portal.RulesRead, doc{
		Summary: "Find what a rule would have found in the stored events", Status: http.StatusCreated,
		Help: "It runs by itself: look at it again, or at the stream of what changes. Two of an organization run at once. Nothing is raised. It wants events:read, too.",
	}, createBacktest)
	_ = add("GET /api/v1/backtests/{id}", portal.RulesRead, doc{Summary: "A backtest with what it came to, so far or in all", Help: "It wants events:read, too."}, getBacktest)
	_ = add("POST /api/v1/backtests/{id}/cancel", portal.RulesRead, doc{Summary: "End a backtest that runs", Help: "What it came to so far stays. It wants events:read, too."}, cancelBacktest)
)

// Backtest is a test of rules over the stored events.
type Backtest struct {
	ID        string         `json:"id"`
	Title     string         `json:"title" doc:"of what is tested"`
	Rule      string         `json:"rule,omitempty" doc:"id of the published rule; of a draft not there"`
	File      string         `json:"file,omitempty" doc:"name of the organization's file that is tested as a draft"`
	By        Ref            `json:"by"`
	State     backtest.State `json:"state"`
	Total     int            `json:"total" doc:"events that there are to look at; 0 until they are counted"`
	Done      int            `json:"done" doc:"events that were looked at"`
	Hits      int            `json:"hits"`
	Alerts    int            `json:"alerts"`
	Rate      float64        `json:"eventsPerSecond"`
	Left      int            `json:"secondsLeft" doc:"while it runs, about"`
	Since     time.Time      `json:"since,omitzero"`
	Until     time.Time      `json:"until,omitzero"`
	Error     string         `json:"error,omitempty" doc:"why it failed"`
	CreatedAt time.Time      `json:"createdAt"`
	EndedAt   time.Time      `json:"endedAt,omitzero"`
}

// BacktestDetail is a backtest with its report.
type BacktestDetail struct {
	Backtest

	Question backtest.Question `json:"question"`
	Report   backtest.Report   `json:"report"`
}

func showBacktest(people map[string]string, j backtest.Job) Backtest {
	b := Backtest{
		ID: j.ID, Title: j.Title, Rule: j.Question.Rule, File: j.Question.File, By: refTo(people, j.Account), State: j.State, Total: j.Total,
		Done: j.Report.Events, Hits: j.Report.Hits, Alerts: j.Report.Alerts, Rate: j.Report.Cost.Rate,
		Since: j.Question.Since, Until: j.Question.Until, Error: j.Error, CreatedAt: j.CreatedAt, EndedAt: j.EndedAt,
	}
	if j.State == backtest.Running && b.Rate > 0 {
		b.Left = int(float64(max(0, b.Total-b.Done))/b.Rate) + 1
	}
	return b
}

// BacktestChanged is the message that a backtest has come further, or ended.
func BacktestChanged(j backtest.Job) live.Message {
	return live.Message{Topic: live.Backtest, ID: j.ID}
}

// mayTest reports whether the caller may see what a backtest shows: events.
func mayTest(c portal.Caller) error {
	if !c.Can(portal.EventsRead) {
		return errs.New(errs.Denied, "this wants %s", portal.EventsRead)
	}
	return nil
}

type listBacktestsIn struct {
	Rule string `query:"rule" doc:"of this rule"`
	File string `query:"file" doc:"of drafts of the organization's file of this name"`
}

func listBacktests(ctx context.Context, d Deps, c portal.Caller, in listBacktestsIn) ([]Backtest, error) {
	if err := mayTest(c); err != nil {
		return nil, err
	}
	all, err := d.DB.Backtests.List(ctx, c.Org.ID)
	if err != nil {
		return nil, err
	}
	people, err := namesOf(ctx, d, c, each(all, func(j backtest.Job) string { return j.Account }))
	if err != nil {
		return nil, err
	}
	out := []Backtest{}
	for _, j := range all {
		if (in.Rule == "" || j.Question.Rule == in.Rule) && (in.File == "" || j.Question.File == in.File) {
			out = append(out, showBacktest(people, j))
		}
	}
	return out, nil
}

type backtestIn struct {
	ID string `path:"id"`
}

func getBacktest(ctx context.Context, d Deps, c portal.Caller, in backtestIn) (BacktestDetail, error) {
	if err := mayTest(c); err != nil {
		return BacktestDetail{}, err
	}
	j, err := d.DB.Backtests.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return BacktestDetail{}, err
	}
	return detailOf(ctx, d, c, j)
}

func detailOf(ctx context.Context, d Deps, c portal.Caller, j backtest.Job) (BacktestDetail, error) {
	people, err := namesOf(ctx, d, c, []string{j.Account})
	return BacktestDetail{showBacktest(people, j), j.Question, j.Report}, err
}

func cancelBacktest(ctx context.Context, d Deps, c portal.Caller, in backtestIn) (BacktestDetail, error) {
	if err := mayTest(c); err != nil {
		return BacktestDetail{}, err
	}
	if _, err := d.DB.Backtests.Get(ctx, c.Org.ID, in.ID); err != nil {
		return BacktestDetail{}, err
	}
	if err := d.DB.Backtests.Cancel(ctx, c.Org.ID, in.ID); err != nil {
		return BacktestDetail{}, err
	}
	d.Backtests.Stop(in.ID)
	d.Live.Publish(c.Org.ID, live.Message{Topic: live.Backtest, ID: in.ID})
	return getBacktest(ctx, d, c, in)
}

type createBacktestIn struct {
	Rule         string    `json:"rule,omitempty" max:"200" doc:"id or name of a published rule; or else a text"`
	File         string    `json:"file,omitempty" max:"64" doc:"name of the organization's file that the text is a draft of"`
	Text         string    `json:"text,omitempty" max:"200000" doc:"YAML of rules, in place of a published one"`
	Except       string    `json:"except,omitempty" max:"4000" doc:"an exception in CEL over event, entity and alert, as of suppressions"`
	Suppressions bool      `json:"suppressions,omitempty" doc:"the suppressions that there are hide events, too"`
	Compare      bool      `json:"compare,omitempty" doc:"with the published version"`
	Since        time.Time `json:"since,omitzero" doc:"events published at this time or later; all where nothing is said"`
	Until        time.Time `json:"until,omitzero" doc:"events published before this time; those until now where nothing is said"`
}

func createBacktest(ctx context.Context, d Deps, c portal.Caller, in createBacktestIn) (BacktestDetail, error) {
	if err := mayTest(c); err != nil {
		return BacktestDetail{}, err
	}
	if (in.Rule == "") == (in.Text == "") {
		return BacktestDetail{}, badField("rule", "name a rule, or give a text")
	}
	if !in.Until.IsZero() && !in.Since.Before(in.Until) {
		return BacktestDetail{}, badField("until", "the range ends before it begins")
	}
	book, err := d.Rules.Book(ctx, c.Org.ID)
	if err != nil {
		return BacktestDetail{}, err
	}
	q := backtest.Question(in)
	tried, before, err := in.sides(book, d.Now())
	if err != nil {
		return BacktestDetail{}, err
	}
	if q.Rule != "" {
		q.Rule = tried.Rules[0].ID
	}
	var against *backtest.Side
	if in.Compare {
		against = &before
	}
	j, err := d.Backtests.Start(ctx, backtest.Job{Org: c.Org.ID, Account: c.Account.ID, Title: tried.Rules[0].Title, Question: q}, tried, against)
	if err != nil {
		return BacktestDetail{}, err
	}
	return detailOf(ctx, d, c, j)
}

// sides returns what is tested, and what is published of it.
func (in createBacktestIn) sides(book *alert.Book, now time.Time) (tried, before backtest.Side, err error) {
	if in.Text != "" {
		tried.Rules, before.Rules, err = backtest.Draft(book.Files, in.File+".yaml", in.Text)
	} else {
		tried.Rules, err = backtest.Published(book.Files, in.Rule)
		before.Rules = tried.Rules
	}
	if errs.KindOf(err) == errs.Invalid {
		err = &field{"text", err}
	}
	if err != nil {
		return tried, before, err
	}
	if in.Suppressions {
		for _, s := range book.Suppressions {
			if !s.Ended(now) {
				tried.Except = append(tried.Except, s)
			}
		}
		before.Except = tried.Except
	}
	if in.Except != "" {
		s := &alert.Suppression{ID: "proposed", Scope: alert.AllRules, Where: in.Except}
		if err := s.Compile(); err != nil {
			return tried, before, &field{"except", err}
		}
		tried.Except = append(slices.Clip(tried.Except), s)
	}
	return tried, before, nil
}
