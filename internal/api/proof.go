package api

import (
	"context"
	"time"

	"sallyport/internal/portal"
	"sallyport/internal/value"
)

var (
	_ = add("GET /api/v1/session/proof", signedIn, doc{
		Summary: "How I can prove again who I am",
		Help: "What matters wants a proof that is fresh: it answers with an error of the kind step_up otherwise. Sign-in counts as one. " +
			"password goes alone or, where there are more methods, with a code; passkey goes alone; saml is a sign-in at the organization's identity provider, which is asked to have it done anew.",
	}, getProof)
	_ = add("POST /api/v1/session/proof", signedIn, doc{Summary: "Prove again who I am", Help: "By a password with a code of an authenticator app or a recovery code, where there is one, or by a passkey."}, giveProof)
	_ = add("POST /api/v1/session/proof/passkey", signedIn, doc{Summary: "Ask for a passkey as a proof", Help: "The credential that the browser gives for it goes to POST /api/v1/session/proof."}, askProof)
)

// ProofState is how fresh the proof of who somebody is is.
type ProofState struct {
	FreshUntil time.Time            `json:"freshUntil" doc:"may be past"`
	Methods    []portal.ProofMethod `json:"methods"`
}

func getProof(ctx context.Context, d Deps, c portal.Caller, _ none) (ProofState, error) {
	if err := inSession(c); err != nil {
		return ProofState{}, err
	}
	methods, err := d.Portal.Proofs.Methods(ctx, c)
	return ProofState{d.Portal.Proofs.Until(c), append([]portal.ProofMethod{}, methods...)}, err
}

type giveProofIn struct {
	Password   string        `json:"password,omitempty" max:"1024"`
	Code       string        `json:"code,omitempty" max:"64" doc:"of the authenticator app, or a recovery code"`
	Token      string        `json:"token,omitempty" max:"200" doc:"with a passkey: of POST /api/v1/session/proof/passkey"`
	Credential *value.Object `json:"credential,omitempty" doc:"of a passkey: what PublicKeyCredential.toJSON gives"`
	From       portal.From
}

func giveProof(ctx context.Context, d Deps, c portal.Caller, in giveProofIn) (ProofState, error) {
	if err := inSession(c); err != nil {
		return ProofState{}, err
	}
	until, err := d.Portal.Proofs.Give(ctx, c, portal.Proof{Password: in.Password, Answer: answerOf(in.Code, in.Credential), Token: in.Token}, in.From)
	if err != nil {
		return ProofState{}, err
	}
	methods, err := d.Portal.Proofs.Methods(ctx, c)
	return ProofState{until, methods}, err
}

func askProof(ctx context.Context, d Deps, c portal.Caller, _ none) (PasskeyChallenge, error) {
	return challenge(d.Portal.Proofs.Ask(ctx, c))
}
