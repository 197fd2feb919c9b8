package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"sallyport/internal/auth0"
	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/live"
	"sallyport/internal/okta"
	"sallyport/internal/portal"
	"sallyport/internal/source"
	"sallyport/internal/store"
)

var (
	_ = add("GET /api/v1/sources", portal.SourcesRead, doc{Summary: "Where events come from, and how that is going"}, listSources)
	_ = add("POST /api/v1/sources", portal.SourcesWrite, doc{
		Summary: "Add a source", Status: http.StatusCreated,
		Help: "Of one that polls, the connection is tried out first: whether it reads the System Log, or the log of the Auth0 tenant. test false skips that. " +
			"With an event hook or a log stream, the answer holds the address and the secret to enter in Okta or Auth0; they are in no other answer.",
	}, createSource)
	_ = add("GET /api/v1/sources/{id}", portal.SourcesRead, doc{Summary: "A source", Help: "With what it did in the last day, and how far the rate limit of its connection is used up."}, getSource)
	_ = add("PATCH /api/v1/sources/{id}", portal.SourcesWrite, doc{Summary: "Change a source", Help: "A source that begins to take event hooks or a log stream gets a secret, which is in this answer alone."}, patchSource)
	_ = add("POST /api/v1/sources/{id}/pause", portal.SourcesWrite, doc{Summary: "Pause a source", Help: "It is not read, and its event hook and log stream are refused, until it is resumed. Polling goes on where it stopped."}, pauseSource)
	_ = add("POST /api/v1/sources/{id}/resume", portal.SourcesWrite, doc{Summary: "Resume a paused source"}, resumeSource)
	_ = add("DELETE /api/v1/sources/{id}", portal.SourcesWrite, doc{
		Summary: "Delete a source", Status: http.StatusOK,
		Help: "An event hook that was registered in Okta is taken away there first; leaveHook leaves it. Events that came stay, and so does the connection.",
	}, deleteSource)
)

// Source is a place that events come from.
type Source struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	Kind       source.Kind     `json:"kind"`
	Category   source.Category `json:"category" doc:"where it stands among others"`
	Connection *Ref            `json:"connection,omitempty" doc:"through which it is polled, and its Okta org or Auth0 tenant looked at"`
	Poll       bool            `json:"poll"`
	Hook       *Hook           `json:"hook,omitempty" doc:"the event hook, if it takes one"`
	Stream     *LogStream      `json:"stream,omitempty" doc:"the log stream, if it takes one"`
	File       bool            `json:"file" doc:"whether it takes files"`
	Enabled    bool            `json:"enabled" doc:"false while it is paused"`
	StartAt    time.Time       `json:"startAt,omitzero" doc:"events published before are not asked for"`
	Health     SourceHealth    `json:"health"`
	CheckedAt  time.Time       `json:"checkedAt,omitzero" doc:"when its Okta org was last looked at"`
	Failing    int             `json:"failing" doc:"how many prerequisites that look found not to be met"`
	Confirmed  time.Time       `json:"confirmedAt,omitzero" doc:"when a reported suspicious activity came by it, in the test of the integration"`
	CreatedAt  time.Time       `json:"createdAt"`
}

// Hook is what Okta's event hook, or Auth0's log stream to a custom webhook, is to
// be set up with.
type Hook struct {
	URL        string    `json:"url"`
	Header     string    `json:"header" doc:"the name of the authentication field"`
	Secret     string    `json:"secret,omitempty" doc:"the value of that field; only in the answer that makes it"`
	ID         string    `json:"id,omitempty" doc:"of the hook in Okta, where Sallyport registered it"`
	Types      []string  `json:"types,omitempty" doc:"event types that were chosen for it; not there where it is what flows and rules want"`
	OldHoldsTo time.Time `json:"oldHoldsTo,omitzero" doc:"until when the secret before is taken, too"`
}

// LogStream is what a log stream to Splunk's HTTP Event Collector is to be set up
// with.
type LogStream struct {
	URL        string    `json:"url"`
	Token      string    `json:"token,omitempty" doc:"only in the answer that makes it"`
	OldHoldsTo time.Time `json:"oldHoldsTo,omitzero" doc:"until when the token before is taken, too"`
}

func showSource(d Deps, s source.Source, connections map[string]string, did []source.Minute) Source {
	base := strings.TrimSuffix(d.BaseURL, "/")
	found := readFindings(s.Findings)
	out := Source{
		ID: s.ID, Name: s.Name, Kind: s.Kind, Category: s.Category, Connection: refIf(connections, s.Connection), Poll: s.Poll, File: s.File, Enabled: s.Enabled, StartAt: s.StartAt,
		CreatedAt: s.CreatedAt, Health: showHealth(s, did, d.Now()), CheckedAt: found.At, Failing: found.failing(), Confirmed: s.Trial.At,
	}
	if s.Hook {
		out.Hook = &Hook{URL: base + s.HookPath(), Header: hookHeader, ID: s.HookID, Types: s.HookTypes, OldHoldsTo: holdsTo(s.HookBefore, d.Now())}
	}
	if s.Stream {
		out.Stream = &LogStream{URL: base + "/services/collector/event", OldHoldsTo: holdsTo(s.TokenOld, d.Now())}
	}
	return out
}

// holdsTo is until when a key fits; the zero time is not any more.
func holdsTo(k source.Key, now time.Time) time.Time {
	if now.Before(k.Until) {
		return k.Until
	}
	return time.Time{}
}

func listSources(ctx context.Context, d Deps, c portal.Caller, _ none) ([]Source, error) {
	all, err := d.DB.Sources.List(ctx, c.Org.ID)
	if err != nil {
		return nil, err
	}
	did, err := d.DB.Sources.Minutes(ctx, c.Org.ID, d.Now().Add(-shownMinutes*time.Minute))
	if err != nil {
		return nil, err
	}
	connections, err := d.DB.Connections.Names(ctx, c.Org.ID)
	return each(all, func(s source.Source) Source { return showSource(d, s, connections, did[s.ID]) }), err
}

// SourceDetail is a source with what takes longer to say.
type SourceDetail struct {
	Source

	Outages []Outage    `json:"outages" doc:"times of the last day in which nothing could be got, the oldest first"`
	Rates   []RateUsage `json:"rates" doc:"the rate limits of the connection's org, as far as this server has learnt them from calls"`
}

func getSource(ctx context.Context, d Deps, c portal.Caller, in idIn) (SourceDetail, error) {
	s, err := d.DB.Sources.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return SourceDetail{}, err
	}
	did, err := d.DB.Sources.Minutes(ctx, c.Org.ID, d.Now().Add(-outageDays))
	if err != nil {
		return SourceDetail{}, err
	}
	connections, err := d.DB.Connections.Names(ctx, c.Org.ID)
	return SourceDetail{showSource(d, s, connections, did[s.ID]), outages(s, did[s.ID], d.Now()), rates(ctx, d, s)}, err
}

type createSourceIn struct {
	Name       string          `json:"name" min:"1" max:"100"`
	Kind       source.Kind     `json:"kind,omitempty" doc:"okta where nothing is said"`
	Category   source.Category `json:"category,omitempty" doc:"identity where nothing is said"`
	Connection string          `json:"connection,omitempty" doc:"id of the connection to poll through, of the source's kind"`
	Poll       bool            `json:"poll,omitempty"`
	Hook       bool            `json:"hook,omitempty"`
	Stream     bool            `json:"stream,omitempty"`
	File       bool            `json:"file,omitempty"`
	StartAt    time.Time       `json:"startAt,omitzero" doc:"poll for events from this time on; from now on where nothing is said"`
	Test       *bool           `json:"test,omitempty" doc:"try out whether the connection reads the System Log; true where nothing is said"`
}

func createSource(ctx context.Context, d Deps, c portal.Caller, in createSourceIn) (SourceDetail, error) {
	now := d.Now()
	s := source.Source{
		ID: id.At(now), Org: c.Org.ID, Name: strings.TrimSpace(in.Name), Kind: cmp.Or(in.Kind, source.Okta), Category: cmp.Or(in.Category, source.Identity), Connection: in.Connection,
		Poll: in.Poll, Hook: in.Hook, Stream: in.Stream, File: in.File, Enabled: true, StartAt: in.StartAt, CreatedAt: now,
	}
	if s.StartAt.IsZero() {
		s.StartAt = now
	}
	return saveSource(ctx, d, c, s, in.Test == nil || *in.Test)
}

type patchSourceIn struct {
	ID         string           `path:"id"`
	Name       *string          `json:"name,omitempty" min:"1" max:"100"`
	Category   *source.Category `json:"category,omitempty"`
	Connection *string          `json:"connection,omitempty" doc:"empty for none"`
	Poll       *bool            `json:"poll,omitempty"`
	Hook       *bool            `json:"hook,omitempty"`
	Stream     *bool            `json:"stream,omitempty"`
	File       *bool            `json:"file,omitempty"`
	Test       *bool            `json:"test,omitempty" doc:"try out whether another connection reads the System Log; true where nothing is said"`
}

func patchSource(ctx context.Context, d Deps, c portal.Caller, in patchSourceIn) (SourceDetail, error) {
	s, err := d.DB.Sources.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return SourceDetail{}, err
	}
	before := s
	change(&s.Name, in.Name)
	s.Name = strings.TrimSpace(s.Name)
	change(&s.Category, in.Category)
	change(&s.Connection, in.Connection)
	change(&s.Poll, in.Poll)
	change(&s.Hook, in.Hook)
	change(&s.Stream, in.Stream)
	change(&s.File, in.File)
	if before.HookID != "" && (!s.Hook || s.Connection != before.Connection) {
		return SourceDetail{}, badField("hook", "the event hook is registered in Okta: remove it there first")
	}
	if !s.Hook {
		s.HookSecret, s.HookBefore, s.HookTypes = nil, source.Key{}, nil
	}
	if !s.Stream {
		s.Token, s.TokenOld = source.Key{}, source.Key{}
	}
	test := s.Poll && (s.Connection != before.Connection || !before.Poll) && (in.Test == nil || *in.Test)
	return saveSource(ctx, d, c, s, test)
}

// change sets what somebody gave.
func change[T any](to, given *T) {
	if given != nil {
		*to = *given
	}
}

// saveSource keeps a source whose settings go together, and shows it. One that
// takes a hook or a stream, and has no secret for it yet, gets one, which is
// shown.
func saveSource(ctx context.Context, d Deps, c portal.Caller, s source.Source, test bool) (SourceDetail, error) {
	if err := soundSource(ctx, d, s, test); err != nil {
		return SourceDetail{}, err
	}
	var secrets newSecrets
	var err error
	if s.Hook && len(s.HookSecret) == 0 {
		if secrets.hook, err = giveSecret(d, &s); err != nil {
			return SourceDetail{}, err
		}
	}
	if s.Stream && len(s.Token.Sum) == 0 {
		secrets.token = giveToken(&s)
	}
	if err := d.DB.Sources.Save(ctx, s); err != nil {
		return SourceDetail{}, err
	}
	return savedSource(ctx, d, c, s.ID, secrets)
}

// newSecrets are those that were just made, and are shown this once.
type newSecrets struct{ hook, token string }

// savedSource tells those who look that a source has changed, and shows it.
func savedSource(ctx context.Context, d Deps, c portal.Caller, id string, secrets newSecrets) (SourceDetail, error) {
	sourceChanged(d, c, id)
	out, err := getSource(ctx, d, c, idIn{id})
	if err != nil {
		return SourceDetail{}, err
	}
	if out.Hook != nil {
		out.Hook.Secret = secrets.hook
	}
	if out.Stream != nil {
		out.Stream.Token = secrets.token
	}
	return out, nil
}

// soundSource returns what is wrong with a source.
func soundSource(ctx context.Context, d Deps, s source.Source, test bool) error {
	switch {
	case s.Name == "":
		return badField("name", "a source needs a name")
	case !s.Live() && !s.File:
		return badField("poll", "a source polls, or takes an event hook, a log stream or files")
	case s.Poll && s.Connection == "":
		return badField("connection", "polling wants the connection to poll through")
	case s.Connection == "":
		return nil
	}
	conn, err := d.DB.Connections.Get(ctx, s.Org, s.Connection)
	if err != nil {
		return &field{"connection", err}
	}
	if conn.Connector != string(s.Kind) {
		return badField("connection", "%q is a connection of %s, not of %s", conn.Name, conn.Connector, s.Kind)
	}
	if s.Poll && test {
		return readsLog(ctx, d, conn)
	}
	return nil
}

// readsLog returns why a connection does not read the log of its org or tenant.
func readsLog(ctx context.Context, d Deps, conn store.Connection) error {
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	var err error
	log := "System Log"
	if conn.Connector == string(source.Auth0) {
		log = "tenant's log"
		_, err = auth0.ReadLog(ctx, oktaOrg(d, conn.Connection), auth0.FirstPage(d.Now()))
	} else {
		_, err = okta.ReadLog(ctx, oktaOrg(d, conn.Connection), "/api/v1/logs?limit=1")
	}
	if err == nil {
		return nil
	}
	message := errs.Message(err)
	if re, ok := errors.AsType[*auth0.ResponseError](err); ok {
		message = re.Error()
		if re.Refused() {
			message += ". Grant the application the scope read:logs"
		}
	} else if re, ok := errors.AsType[*okta.ResponseError](err); ok {
		message = re.Error()
	} else if ce := connector.AsError(err); ce != nil {
		message = ce.Message
	}
	return badField("connection", "%q does not read the %s: %s", conn.Name, log, message)
}

func sourceChanged(d Deps, c portal.Caller, id string) {
	if d.SourcesChanged != nil {
		d.SourcesChanged()
	}
	d.Live.Publish(c.Org.ID, live.Message{Topic: live.Source, ID: id})
}

func pauseSource(ctx context.Context, d Deps, c portal.Caller, in idIn) (SourceDetail, error) {
	return enableSource(ctx, d, c, in.ID, false)
}

func resumeSource(ctx context.Context, d Deps, c portal.Caller, in idIn) (SourceDetail, error) {
	return enableSource(ctx, d, c, in.ID, true)
}

func enableSource(ctx context.Context, d Deps, c portal.Caller, id string, enabled bool) (SourceDetail, error) {
	s, err := d.DB.Sources.Get(ctx, c.Org.ID, id)
	if err != nil {
		return SourceDetail{}, err
	}
	s.Enabled = enabled
	if err := d.DB.Sources.Save(ctx, s); err != nil {
		return SourceDetail{}, err
	}
	return savedSource(ctx, d, c, id, newSecrets{})
}

type deleteSourceIn struct {
	ID        string `path:"id"`
	LeaveHook bool   `query:"leaveHook" doc:"leave the event hook in Okta as it is"`
}

// DeletedSource says what became of a source, and what is left of it.
type DeletedSource struct {
	Events     int          `json:"events" doc:"that came by it, and stay"`
	Connection *Ref         `json:"connection,omitempty" doc:"that it used, and stays"`
	HookLeft   string       `json:"hookLeft,omitempty" doc:"id of the event hook that is still in Okta, where it goes on to send what is refused"`
	Changes    []MadeChange `json:"changes" doc:"what was changed in Okta"`
}

func deleteSource(ctx context.Context, d Deps, c portal.Caller, in deleteSourceIn) (DeletedSource, error) {
	s, err := d.DB.Sources.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return DeletedSource{}, err
	}
	names, err := d.DB.Connections.Names(ctx, c.Org.ID)
	if err != nil {
		return DeletedSource{}, err
	}
	out := DeletedSource{Events: int(s.Health.Events), Connection: refIf(names, s.Connection), HookLeft: s.HookID, Changes: []MadeChange{}}
	if s.HookID != "" && !in.LeaveHook {
		if out.Changes, err = (hookKeeper{d, c, &s, false}).remove(ctx); err != nil {
			return DeletedSource{}, err
		}
		out.HookLeft = ""
	}
	if err := d.DB.Sources.Remove(ctx, c.Org.ID, in.ID); err != nil {
		return DeletedSource{}, err
	}
	sourceChanged(d, c, in.ID)
	return out, nil
}
