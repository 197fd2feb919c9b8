package api

import (
	"context"
	"net/http"
	"time"

	"sallyport/internal/portal"
	"sallyport/internal/value"
)

var (
	_ = add("GET /api/v1/session/factors", signedIn, doc{Summary: "My second factors"}, listFactors)
	_ = add("POST /api/v1/session/factors/app", signedIn, doc{
		Summary: "Begin to set up an authenticator app", Fresh: true,
		Help: "The app is kept once its first code was given to POST /api/v1/session/factors/app/confirm. Denied to members whose organization signs them in by its identity provider: they prove themselves there.",
	}, beginApp)
	_ = add("POST /api/v1/session/factors/app/confirm", signedIn, doc{
		Summary: "Keep an authenticator app", Help: "With the code that it shows now. With the first factor come recovery codes, which are shown this once.", Status: http.StatusCreated,
	}, confirmApp)
	_ = add("POST /api/v1/session/factors/passkey", signedIn, doc{
		Summary: "Begin to set up a passkey or a security key", Help: "What the browser makes of it goes to POST /api/v1/session/factors/passkey/confirm.", Fresh: true,
	}, beginPasskey)
	_ = add("POST /api/v1/session/factors/passkey/confirm", signedIn, doc{
		Summary: "Keep a passkey", Help: "With the first factor come recovery codes, which are shown this once.", Status: http.StatusCreated,
	}, confirmPasskey)
	_ = add("DELETE /api/v1/session/factors/{factor}", signedIn, doc{
		Summary: "Remove one of my second factors", Help: "With the last one the recovery codes go. The last one stays where an organization of mine wants one: a conflict.", Fresh: true,
	}, deleteFactor)
	_ = add("POST /api/v1/session/recovery-codes", signedIn, doc{Summary: "Make new recovery codes", Help: "Those before are void. They are shown this once.", Fresh: true}, newRecoveryCodes)
)

// Factor is something that somebody proves themselves with beside a password.
type Factor struct {
	ID        string            `json:"id"`
	Kind      portal.FactorKind `json:"kind"`
	Name      string            `json:"name" doc:"as its owner calls it"`
	CreatedAt time.Time         `json:"createdAt"`
	SeenAt    time.Time         `json:"seenAt,omitzero" doc:"when it proved its owner last"`
}

func showFactor(f portal.Factor) Factor {
	return Factor{f.ID, f.Kind, f.Name, f.CreatedAt, f.SeenAt}
}

// Factors are what somebody proves themselves with.
type Factors struct {
	Factors       []Factor `json:"factors" doc:"the oldest first"`
	RecoveryCodes int      `json:"recoveryCodes" doc:"how many are left"`
	Password      bool     `json:"password" doc:"the person may have a password here, and second factors; not where an identity provider looks after their sign-in"`
	Passkeys      bool     `json:"passkeys" doc:"passkeys work with this server"`
	Wanted        bool     `json:"wanted" doc:"the organization wants a second factor of who signs in with a password"`
}

func listFactors(ctx context.Context, d Deps, c portal.Caller, _ none) (Factors, error) {
	if err := inSession(c); err != nil {
		return Factors{}, err
	}
	fs, left, err := d.Portal.Enrolment.List(ctx, c)
	if err != nil {
		return Factors{}, err
	}
	may, err := d.Portal.People.MayHavePassword(ctx, c.Account.ID)
	may = may && c.Session.Method != portal.BySAML
	return Factors{each(fs, showFactor), left, may, d.Portal.Second.Passkeys() == nil, c.Session.Policy.SecondFactor}, err
}

// NewFactor is a factor that was set up just now.
type NewFactor struct {
	Factor

	RecoveryCodes []string `json:"recoveryCodes,omitempty" doc:"with the first factor: ten codes that each stand in for it once"`
}

func beginApp(ctx context.Context, d Deps, c portal.Caller, _ none) (NewApp, error) {
	a, err := d.Portal.Enrolment.BeginApp(ctx, c)
	return showApp(a), err
}

type confirmAppIn struct {
	Token string `json:"token" min:"1" max:"200"`
	Name  string `json:"name" min:"1" max:"100" doc:"as its owner calls it"`
	Code  string `json:"code" min:"1" max:"20" doc:"that the app shows now"`
}

func confirmApp(ctx context.Context, d Deps, c portal.Caller, in confirmAppIn) (NewFactor, error) {
	f, codes, err := d.Portal.Enrolment.EndApp(ctx, c, in.Token, in.Name, in.Code)
	return NewFactor{showFactor(f), codes}, err
}

func beginPasskey(ctx context.Context, d Deps, c portal.Caller, _ none) (PasskeyChallenge, error) {
	return challenge(d.Portal.Enrolment.BeginPasskey(ctx, c))
}

type confirmPasskeyIn struct {
	Token      string        `json:"token" min:"1" max:"200"`
	Name       string        `json:"name" min:"1" max:"100" doc:"as its owner calls it"`
	Credential *value.Object `json:"credential" doc:"what PublicKeyCredential.toJSON gives"`
}

func confirmPasskey(ctx context.Context, d Deps, c portal.Caller, in confirmPasskeyIn) (NewFactor, error) {
	f, codes, err := d.Portal.Enrolment.EndPasskey(ctx, c, in.Token, in.Name, value.JSON(in.Credential))
	return NewFactor{showFactor(f), codes}, err
}

type factorIn struct {
	ID string `path:"factor"`
}

func deleteFactor(ctx context.Context, d Deps, c portal.Caller, in factorIn) (none, error) {
	return none{}, d.Portal.Enrolment.Remove(ctx, c, in.ID)
}

// RecoveryCodes are codes that each stand in for a second factor once.
type RecoveryCodes struct {
	Codes []string `json:"codes"`
}

func newRecoveryCodes(ctx context.Context, d Deps, c portal.Caller, _ none) (RecoveryCodes, error) {
	codes, err := d.Portal.Enrolment.NewCodes(ctx, c)
	return RecoveryCodes{append([]string{}, codes...)}, err
}
