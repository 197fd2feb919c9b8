package api

import (
	"context"
	"net/http"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/portal"
	"sallyport/internal/value"
)

var (
	_ = add("GET /api/v1/signin", anyone, doc{Summary: "What the sign-in page may offer"}, getSignIn)
	_ = add("POST /api/v1/session/second", anyone, doc{
		Summary: "Give the second factor", Help: "With the token of POST /api/v1/session's error. Sets the session cookie. After five wrong answers or five minutes the sign-in begins anew.",
	}, giveSecond)
	_ = add("POST /api/v1/session/second/passkey", anyone, doc{Summary: "Ask for a passkey as the second factor", Help: "The credential that the browser gives for it goes to POST /api/v1/session/second."}, askSecondPasskey)
	_ = add("POST /api/v1/session/second/app", anyone, doc{
		Summary: "Set up an authenticator app while signing in", Help: "Where the organization wants a second factor and the person has none. Its first code goes to POST /api/v1/session/second, which answers with recovery codes.",
	}, askSecondApp)
	_ = add("POST /api/v1/session/passkey/challenge", anyone, doc{Summary: "Ask for a passkey in the place of a password", Help: "Whoever's passkey answers is signed in by POST /api/v1/session/passkey."}, askPasskey)
	_ = add("POST /api/v1/session/passkey", anyone, doc{Summary: "Sign in by a passkey", Help: "Sets the session cookie. The passkey counts as both factors: whoever is at it was asked for a PIN, a finger or a face."}, signInByPasskey)
)

// SignInPage is what the sign-in page may offer.
type SignInPage struct {
	Passkeys      bool `json:"passkeys" doc:"the server is reached by a name over https, as browsers want it for passkeys"`
	PasswordReset bool `json:"passwordReset" doc:"the server sends mail"`
	Empty         bool `json:"empty,omitempty" doc:"nobody has an account yet: the link that the server prints when it starts makes the first administrator"`
}

func getSignIn(ctx context.Context, d Deps, _ portal.Caller, _ none) (SignInPage, error) {
	empty, err := d.Portal.Empty(ctx)
	return SignInPage{Passkeys: d.Portal.Second.Passkeys() == nil, PasswordReset: mailReady(d) == nil, Empty: empty}, err
}

// SecondFactor says what is wanted beside a password.
type SecondFactor struct {
	Token   string               `json:"token" doc:"for POST /api/v1/session/second"`
	Methods []portal.ProofMethod `json:"methods" doc:"one of them is wanted; none where an authenticator app is to be set up first"`
	EndsAt  time.Time            `json:"endsAt"`
}

func showSecondFactor(e *portal.SecondFactorError) *SecondFactor {
	return &SecondFactor{e.Token, append([]portal.ProofMethod{}, e.Methods...), e.EndsAt}
}

// openStepIn names a step that was begun.
type openStepIn struct {
	Token string `json:"token" min:"1" max:"200"`
	From  portal.From
}

type giveSecondIn struct {
	Token      string        `json:"token" min:"1" max:"200"`
	Code       string        `json:"code,omitempty" max:"64" doc:"of the authenticator app, or a recovery code"`
	Credential *value.Object `json:"credential,omitempty" doc:"of a passkey: what PublicKeyCredential.toJSON gives"`
	From       portal.From
	Old        sessionToken
}

// SecondSession is a session that a second factor opened.
type SecondSession struct {
	Session

	RecoveryCodes []string `json:"recoveryCodes,omitempty" doc:"where the factor was set up just now: ten codes that each stand in for it once. They are shown this once"`
}

type secondOut struct {
	SecondSession

	cookie *http.Cookie
}

func (o secondOut) header(h http.Header) { h.Add("Set-Cookie", o.cookie.String()) }

func giveSecond(ctx context.Context, d Deps, _ portal.Caller, in giveSecondIn) (secondOut, error) {
	o, err := d.Portal.Second.Give(ctx, in.Token, answerOf(in.Code, in.Credential), in.From, string(in.Old))
	if err != nil {
		return secondOut{}, err
	}
	return secondOut{SecondSession{showSession(d, o.Caller), o.Codes}, sessionCookie(d.BaseURL, o.Token)}, nil
}

func answerOf(code string, credential *value.Object) portal.Answer {
	out := portal.Answer{Code: code}
	if credential != nil {
		out.Passkey = value.JSON(credential)
	}
	return out
}

// PasskeyChallenge is what a browser is asked for a passkey.
type PasskeyChallenge struct {
	Token   string        `json:"token" doc:"of the step that the answer belongs to"`
	Options *value.Object `json:"options" doc:"for PublicKeyCredential.parseCreationOptionsFromJSON where one is made, parseRequestOptionsFromJSON where one is asked for"`
}

func challenge(token string, ask []byte, err error) (PasskeyChallenge, error) {
	if err != nil {
		return PasskeyChallenge{}, err
	}
	v, err := value.ParseJSON(ask)
	o, ok := v.(*value.Object)
	if err != nil || !ok {
		return PasskeyChallenge{}, errs.Wrap(errs.Internal, err, "what a passkey is asked is no JSON object")
	}
	return PasskeyChallenge{token, o}, nil
}

func askSecondPasskey(ctx context.Context, d Deps, _ portal.Caller, in openStepIn) (PasskeyChallenge, error) {
	ask, err := d.Portal.Second.AskPasskey(ctx, in.Token, in.From)
	return challenge(in.Token, ask, err)
}

// NewApp is an authenticator app that is to be set up.
type NewApp struct {
	Token  string `json:"token" doc:"of the step that its first code belongs to"`
	Secret string `json:"secret" doc:"in base32, to be typed into the app"`
	URI    string `json:"uri" doc:"otpauth://totp/…: what stands in the QR code"`
	QR     string `json:"qr" doc:"the QR code, an SVG document"`
}

func showApp(a portal.NewApp) NewApp { return NewApp(a) }

func askSecondApp(ctx context.Context, d Deps, _ portal.Caller, in openStepIn) (NewApp, error) {
	a, err := d.Portal.Second.AskApp(ctx, in.Token, in.From)
	return showApp(a), err
}

type fromIn struct{ From portal.From }

func askPasskey(ctx context.Context, d Deps, _ portal.Caller, in fromIn) (PasskeyChallenge, error) {
	return challenge(d.Portal.Second.AskAnybody(ctx, in.From))
}

type signInByPasskeyIn struct {
	Token        string        `json:"token" min:"1" max:"200"`
	Credential   *value.Object `json:"credential" doc:"what PublicKeyCredential.toJSON gives"`
	Organization string        `json:"organization,omitempty" doc:"slug of the organization to enter; the first one joined where nothing is said"`
	From         portal.From
	Old          sessionToken
}

func signInByPasskey(ctx context.Context, d Deps, _ portal.Caller, in signInByPasskeyIn) (signedInOut, error) {
	token, c, err := d.Portal.Second.GivePasskey(ctx, in.Token, in.Organization, value.JSON(in.Credential), in.From, string(in.Old))
	if err != nil {
		return signedInOut{}, err
	}
	return signedInOut{showSession(d, c), sessionCookie(d.BaseURL, token)}, nil
}
