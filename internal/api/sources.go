package api

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/id"
	"sallyport/internal/live"
	"sallyport/internal/portal"
	"sallyport/internal/source"
)

var (
	_ = add("GET /api/v1/sources", portal.SourcesRead, doc{Summary: "Where events come from, and how that is going"}, listSources)
	_ = add("POST /api/v1/sources", portal.SourcesWrite, doc{
		Summary: "Add a source", Help: "With an event hook, the answer holds the address and the secret to enter in Okta; the secret is in no other answer.", Status: http.StatusCreated,
	}, createSource)
	_ = add("GET /api/v1/sources/{id}", portal.SourcesRead, doc{Summary: "A source"}, getSource)
	_ = add("PATCH /api/v1/sources/{id}", portal.SourcesWrite, doc{Summary: "Change a source", Help: "A source that begins to take event hooks gets a secret, which is in this answer alone."}, patchSource)
	_ = add("POST /api/v1/sources/{id}/pause", portal.SourcesWrite, doc{Summary: "Pause a source", Help: "It is not read, and its event hook is refused, until it is resumed. Polling goes on where it stopped."}, pauseSource)
	_ = add("POST /api/v1/sources/{id}/resume", portal.SourcesWrite, doc{Summary: "Resume a paused source"}, resumeSource)
	_ = add("POST /api/v1/sources/{id}/secret", portal.SourcesWrite, doc{Summary: "Replace the secret of a source's event hook", Help: "The old one is refused from now on. The new one is in this answer alone."}, renewSecret)
	_ = add("DELETE /api/v1/sources/{id}", portal.SourcesWrite, doc{Summary: "Delete a source", Help: "Its events stay."}, deleteSource)
)

// Source is a place that events come from.
type Source struct {
	ID         string       `json:"id"`
	Name       string       `json:"name"`
	Kind       source.Kind  `json:"kind"`
	Connection *Ref         `json:"connection,omitempty" doc:"through which it is polled"`
	Poll       bool         `json:"poll"`
	Hook       *Hook        `json:"hook,omitempty" doc:"the event hook, if it takes one"`
	Enabled    bool         `json:"enabled" doc:"false while it is paused"`
	StartAt    time.Time    `json:"startAt,omitzero" doc:"events published before are not asked for"`
	Health     SourceHealth `json:"health"`
	CreatedAt  time.Time    `json:"createdAt"`
}

// Hook is what Okta's event hook is to be set up with.
type Hook struct {
	URL    string `json:"url"`
	Header string `json:"header" doc:"the name of the authentication field"`
	Secret string `json:"secret,omitempty" doc:"the value of that field; only in the answer that makes it"`
}

// SourceHealth is how a source is doing.
type SourceHealth struct {
	State       string    `json:"state" enum:"ok,waiting,failing,paused" doc:"waiting: nothing was received yet"`
	Events      int       `json:"events" doc:"accepted since it was made"`
	LastEventAt time.Time `json:"lastEventAt,omitzero" doc:"when the newest event was published"`
	LastHookAt  time.Time `json:"lastHookAt,omitzero"`
	LastPollAt  time.Time `json:"lastPollAt,omitzero"`
	Error       string    `json:"error,omitempty" doc:"of the last attempt"`
	ErrorAt     time.Time `json:"errorAt,omitzero"`
	Failures    int       `json:"failures" doc:"attempts in a row that failed"`
}

func showSource(d Deps, s source.Source, connections map[string]string) Source {
	out := Source{
		ID: s.ID, Name: s.Name, Kind: s.Kind, Connection: refIf(connections, s.Connection), Poll: s.Poll, Enabled: s.Enabled, StartAt: s.StartAt, CreatedAt: s.CreatedAt,
		Health: SourceHealth{
			State: sourceState(s), Events: int(s.Health.Events), LastEventAt: s.Health.LastEventAt, LastHookAt: s.Health.LastHookAt, LastPollAt: s.Health.LastPollAt,
			Error: s.Health.Error, ErrorAt: s.Health.ErrorAt, Failures: s.Health.Failures,
		},
	}
	if s.Hook {
		out.Hook = &Hook{URL: strings.TrimSuffix(d.BaseURL, "/") + "/hooks/okta/" + s.ID, Header: "Authorization"}
	}
	return out
}

func sourceState(s source.Source) string {
	switch {
	case !s.Enabled:
		return "paused"
	case s.Health.Error != "":
		return "failing"
	case s.Health.LastPollAt.IsZero() && s.Health.LastHookAt.IsZero() && s.Health.Events == 0:
		return "waiting"
	}
	return "ok"
}

func listSources(ctx context.Context, d Deps, c portal.Caller, _ none) ([]Source, error) {
	all, err := d.DB.Sources.List(ctx, c.Org.ID)
	if err != nil {
		return nil, err
	}
	connections, err := d.DB.Connections.Names(ctx, c.Org.ID)
	return each(all, func(s source.Source) Source { return showSource(d, s, connections) }), err
}

func getSource(ctx context.Context, d Deps, c portal.Caller, in idIn) (Source, error) {
	s, err := d.DB.Sources.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return Source{}, err
	}
	connections, err := d.DB.Connections.Names(ctx, c.Org.ID)
	return showSource(d, s, connections), err
}

type createSourceIn struct {
	Name       string      `json:"name" min:"1" max:"100"`
	Kind       source.Kind `json:"kind,omitempty" doc:"okta where nothing is said"`
	Connection string      `json:"connection,omitempty" doc:"id of the Okta connection to poll through"`
	Poll       bool        `json:"poll,omitempty"`
	Hook       bool        `json:"hook,omitempty"`
	StartAt    time.Time   `json:"startAt,omitzero" doc:"poll for events from this time on; from now on where nothing is said"`
}

func createSource(ctx context.Context, d Deps, c portal.Caller, in createSourceIn) (Source, error) {
	now := d.Now()
	s := source.Source{
		ID: id.At(now), Org: c.Org.ID, Name: strings.TrimSpace(in.Name), Kind: cmp.Or(in.Kind, source.Okta), Connection: in.Connection,
		Poll: in.Poll, Hook: in.Hook, Enabled: true, StartAt: in.StartAt, CreatedAt: now,
	}
	if s.StartAt.IsZero() {
		s.StartAt = now
	}
	secret, err := giveSecret(d, &s)
	if err != nil {
		return Source{}, err
	}
	return saveSource(ctx, d, c, s, secret)
}

type patchSourceIn struct {
	ID         string  `path:"id"`
	Name       *string `json:"name,omitempty" min:"1" max:"100"`
	Connection *string `json:"connection,omitempty" doc:"empty for none"`
	Poll       *bool   `json:"poll,omitempty"`
	Hook       *bool   `json:"hook,omitempty"`
}

func patchSource(ctx context.Context, d Deps, c portal.Caller, in patchSourceIn) (Source, error) {
	s, err := d.DB.Sources.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return Source{}, err
	}
	if in.Name != nil {
		s.Name = strings.TrimSpace(*in.Name)
	}
	if in.Connection != nil {
		s.Connection = *in.Connection
	}
	if in.Poll != nil {
		s.Poll = *in.Poll
	}
	secret := ""
	if in.Hook != nil && *in.Hook != s.Hook {
		s.Hook, s.HookSecret = *in.Hook, nil
		if secret, err = giveSecret(d, &s); err != nil {
			return Source{}, err
		}
	}
	return saveSource(ctx, d, c, s, secret)
}

// giveSecret gives a source that takes event hooks a new secret, and returns it.
func giveSecret(d Deps, s *source.Source) (string, error) {
	if !s.Hook {
		return "", nil
	}
	var b [32]byte
	_, _ = rand.Read(b[:])
	secret := base64.RawURLEncoding.EncodeToString(b[:])
	sealed, err := d.Keys.Seal([]byte(secret), source.HookSecretContext(s.ID))
	s.HookSecret = sealed
	return secret, err
}

// saveSource keeps a source whose settings go together, and shows it, with its
// hook's secret if that is new.
func saveSource(ctx context.Context, d Deps, c portal.Caller, s source.Source, secret string) (Source, error) {
	switch {
	case s.Name == "":
		return Source{}, badField("name", "a source needs a name")
	case !s.Poll && !s.Hook:
		return Source{}, badField("poll", "a source polls, or takes an event hook, or both")
	case s.Poll && s.Connection == "":
		return Source{}, badField("connection", "polling wants the connection to poll through")
	}
	if s.Connection != "" {
		conn, err := d.DB.Connections.Get(ctx, c.Org.ID, s.Connection)
		if err != nil {
			return Source{}, &field{"connection", err}
		}
		if conn.Connector != string(s.Kind) {
			return Source{}, badField("connection", "%q is a connection of %s, not of %s", conn.Name, conn.Connector, s.Kind)
		}
	}
	if err := d.DB.Sources.Save(ctx, s); err != nil {
		return Source{}, err
	}
	sourceChanged(d, c, s.ID)
	out, err := getSource(ctx, d, c, idIn{s.ID})
	if err == nil && secret != "" && out.Hook != nil {
		out.Hook.Secret = secret
	}
	return out, err
}

func sourceChanged(d Deps, c portal.Caller, id string) {
	if d.SourcesChanged != nil {
		d.SourcesChanged()
	}
	d.Live.Publish(c.Org.ID, live.Message{Topic: live.Source, ID: id})
}

func pauseSource(ctx context.Context, d Deps, c portal.Caller, in idIn) (Source, error) {
	return enableSource(ctx, d, c, in.ID, false)
}

func resumeSource(ctx context.Context, d Deps, c portal.Caller, in idIn) (Source, error) {
	return enableSource(ctx, d, c, in.ID, true)
}

func enableSource(ctx context.Context, d Deps, c portal.Caller, id string, enabled bool) (Source, error) {
	s, err := d.DB.Sources.Get(ctx, c.Org.ID, id)
	if err != nil {
		return Source{}, err
	}
	s.Enabled = enabled
	return saveSource(ctx, d, c, s, "")
}

func renewSecret(ctx context.Context, d Deps, c portal.Caller, in idIn) (Source, error) {
	s, err := d.DB.Sources.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return Source{}, err
	}
	if !s.Hook {
		return Source{}, errs.New(errs.Conflict, "the source takes no event hook")
	}
	secret, err := giveSecret(d, &s)
	if err != nil {
		return Source{}, err
	}
	return saveSource(ctx, d, c, s, secret)
}

func deleteSource(ctx context.Context, d Deps, c portal.Caller, in idIn) (none, error) {
	if err := d.DB.Sources.Remove(ctx, c.Org.ID, in.ID); err != nil {
		return none{}, err
	}
	sourceChanged(d, c, in.ID)
	return none{}, nil
}
