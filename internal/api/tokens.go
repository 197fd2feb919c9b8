package api

import (
	"context"
	"net/http"
	"time"

	"sallyport/internal/portal"
)

var (
	_ = add("GET /api/v1/tokens", portal.TokensWrite, doc{Summary: "API tokens", Help: "One's own; those of everybody in the organization for who may write members."}, listTokens)
	_ = add("POST /api/v1/tokens", portal.TokensWrite, doc{Summary: "Make an API token", Help: "The token is in this answer and in no other. It may do no more than its maker; the organization may want it to have an end.", Status: http.StatusCreated, Fresh: true}, createToken)
	_ = add("DELETE /api/v1/tokens/{id}", portal.TokensWrite, doc{Summary: "End an API token"}, deleteToken)
)

// Token is an API token, without the token itself.
type Token struct {
	ID          string              `json:"id"`
	Name        string              `json:"name"`
	Permissions []portal.Permission `json:"permissions" doc:"what it may do, as far as its owner may"`
	Owner       Ref                 `json:"owner"`
	Hint        string              `json:"hint" doc:"the token's last four characters"`
	CreatedAt   time.Time           `json:"createdAt"`
	SeenAt      time.Time           `json:"seenAt,omitzero" doc:"its last use"`
	SeenAddr    string              `json:"seenAddr,omitempty" doc:"network address of its last use"`
	EndsAt      time.Time           `json:"endsAt,omitzero"`
}

func showToken(t portal.Token, owners map[string]string) Token {
	return Token{t.ID, t.Name, t.Permissions, refTo(owners, t.Account), t.Hint, t.CreatedAt, t.SeenAt, t.SeenAddr, t.EndsAt}
}

func listTokens(ctx context.Context, d Deps, c portal.Caller, _ none) ([]Token, error) {
	ts, err := d.Portal.Tokens(ctx, c)
	if err != nil {
		return nil, err
	}
	people, err := namesOf(ctx, d, c, each(ts, func(t portal.Token) string { return t.Account }))
	return each(ts, func(t portal.Token) Token { return showToken(t, people) }), err
}

type createTokenIn struct {
	Name        string              `json:"name" min:"1" max:"100"`
	Permissions []portal.Permission `json:"permissions" doc:"what it may do: not more than its maker"`
	EndsAt      time.Time           `json:"endsAt,omitzero" doc:"no end where nothing is said, unless the organization wants one: see tokenLife of GET /api/v1/signin-policy"`
}

// NewToken is an API token as it is shown once.
type NewToken struct {
	Token

	Text string `json:"token" doc:"the token itself: spt_… It cannot be shown again"`
}

func createToken(ctx context.Context, d Deps, c portal.Caller, in createTokenIn) (NewToken, error) {
	text, t, err := d.Portal.CreateToken(ctx, c, portal.NewToken{Name: in.Name, Permissions: in.Permissions, EndsAt: in.EndsAt})
	return NewToken{showToken(t, map[string]string{c.Account.ID: c.Account.Name}), text}, err
}

func deleteToken(ctx context.Context, d Deps, c portal.Caller, in idIn) (none, error) {
	return none{}, d.Portal.RemoveToken(ctx, c, in.ID)
}
