package api

import (
	"context"
	"net/http"

	"sallyport/internal/portal"
)

var (
	_ = add("POST /api/v1/password/reset", anyone, doc{
		Summary: "Have a link mailed that sets a password anew", Status: http.StatusAccepted,
		Help: "The answer is the same whether there is such an account or not. To an address that an organization's identity provider looks after the letter says whom to ask.",
	}, askReset)
	_ = add("PUT /api/v1/password", anyone, doc{
		Summary: "Set a password by a mailed link", Help: "The token stands behind the # of the link; it works once, for an hour. All sessions of the account end. Nobody is signed in by it.",
	}, setPassword)
)

type askResetIn struct {
	Email string `json:"email" min:"1" max:"254"`
	From  portal.From
}

// ResetAsked is the answer to anybody who asks for a new password.
type ResetAsked struct {
	Message string `json:"message" doc:"for people"`
}

func askReset(ctx context.Context, d Deps, _ portal.Caller, in askResetIn) (ResetAsked, error) {
	if err := d.Portal.Recovery.Ask(ctx, in.Email, in.From); err != nil {
		return ResetAsked{}, err
	}
	return ResetAsked{"If there is an account with this address, a letter is on its way to it."}, nil
}

type setPasswordIn struct {
	Token    string `json:"token" min:"1" max:"200"`
	Password string `json:"password" max:"1024" doc:"at least 12 characters"`
	From     portal.From
}

func setPassword(ctx context.Context, d Deps, _ portal.Caller, in setPasswordIn) (none, error) {
	ended, err := d.Portal.Recovery.Set(ctx, in.Token, in.Password, in.From)
	if err != nil {
		return none{}, err
	}
	tellEnded(d, ended, "")
	return none{}, nil
}
