package api

import (
	"context"
	"crypto/rand"
	"net/http"
	"regexp"
	"strings"
	"time"

	"sallyport/internal/flow"
	"sallyport/internal/portal"
	"sallyport/internal/store"
)

var (
	_ = add("GET /api/v1/flows/{id}/endpoint", portal.FlowsRead, doc{
		Summary: "The address at which HTTP requests start a flow", Help: "It answers while a version with an api trigger is published and the flow is switched on.",
	}, getEndpoint)
	_ = add("PATCH /api/v1/flows/{id}/endpoint", portal.FlowsWrite, doc{Summary: "Name a flow's address", Help: "The address with the flow's id stays."}, patchEndpoint)
	_ = add("POST /api/v1/flows/{id}/endpoint/token", portal.FlowsWrite, doc{
		Summary: "Make a flow's client token", Help: "It takes the place of the one before, which ends at once. The token is in this answer and in no other.", Status: http.StatusCreated,
	}, createClientToken)
	_ = add("DELETE /api/v1/flows/{id}/endpoint/token", portal.FlowsWrite, doc{Summary: "End a flow's client token"}, deleteClientToken)
)

// Endpoint is the address at which HTTP requests start a flow.
type Endpoint struct {
	URL       string      `json:"url"`
	Alias     string      `json:"alias" doc:"stands in the address in place of the flow's id; empty for none"`
	Access    flow.Access `json:"access,omitempty" doc:"who may call it; not there while no version with an api trigger is published"`
	TokenHint string      `json:"tokenHint,omitempty" doc:"the client token's last four characters; not there where there is none"`
	TokenAt   time.Time   `json:"tokenAt,omitzero" doc:"when the client token was made"`
}

func getEndpoint(ctx context.Context, d Deps, c portal.Caller, in idIn) (Endpoint, error) {
	f, err := d.DB.Flows.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return Endpoint{}, err
	}
	e, err := d.DB.Endpoints.Get(ctx, c.Org.ID, f.ID)
	if err != nil {
		return Endpoint{}, err
	}
	out := Endpoint{Alias: e.Alias, TokenHint: e.TokenHint, TokenAt: e.TokenAt}
	name := f.ID
	if e.Alias != "" {
		name = e.Alias
	}
	out.URL = strings.TrimSuffix(d.BaseURL, "/") + strings.NewReplacer("{org}", c.Org.Slug, "{flow}", name).Replace(endpointPattern)
	def, _, err := currentOf(ctx, d, f)
	if def != nil && f.Version > 0 && def.Trigger.Kind == flow.OnAPI {
		out.Access = def.Trigger.Access
	}
	return out, err
}

var aliasForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

type patchEndpointIn struct {
	ID    string `path:"id"`
	Alias string `json:"alias" max:"64" doc:"small letters, digits, _ and -; empty for none"`
}

func patchEndpoint(ctx context.Context, d Deps, c portal.Caller, in patchEndpointIn) (Endpoint, error) {
	if _, err := d.DB.Flows.Get(ctx, c.Org.ID, in.ID); err != nil {
		return Endpoint{}, err
	}
	if in.Alias != "" && !aliasForm.MatchString(in.Alias) {
		return Endpoint{}, badField("alias", "an address is made of small letters, digits, _ and -")
	}
	if err := d.DB.Endpoints.SetAlias(ctx, c.Org.ID, in.ID, in.Alias); err != nil {
		return Endpoint{}, &field{"alias", err}
	}
	return getEndpoint(ctx, d, c, idIn{ID: in.ID})
}

// ClientToken is a flow's client token as it is shown once.
type ClientToken struct {
	Token    string   `json:"token" doc:"the token itself: spc_… It cannot be shown again"`
	Endpoint Endpoint `json:"endpoint"`
}

// clientTokenPrefix begins every client token, so that one that leaked is known
// for what it is.
const clientTokenPrefix = "spc_"

func createClientToken(ctx context.Context, d Deps, c portal.Caller, in idIn) (ClientToken, error) {
	text := clientTokenPrefix + rand.Text()
	err := d.DB.Endpoints.SetToken(ctx, c.Org.ID, in.ID, store.Endpoint{TokenHash: hashOfToken(text), TokenHint: text[len(text)-4:], TokenAt: d.Now()})
	if err != nil {
		return ClientToken{}, err
	}
	e, err := getEndpoint(ctx, d, c, in)
	return ClientToken{text, e}, err
}

func deleteClientToken(ctx context.Context, d Deps, c portal.Caller, in idIn) (none, error) {
	return none{}, d.DB.Endpoints.SetToken(ctx, c.Org.ID, in.ID, store.Endpoint{})
}
