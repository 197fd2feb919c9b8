package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/okta"
	"sallyport/internal/okta/onboard"
	"sallyport/internal/portal"
	"sallyport/internal/secret"
)

// OktaSetups makes apps in Okta orgs, and connections that work with them.
type OktaSetups interface {
	// Plan returns the apps that a wish would make.
	Plan(w onboard.Wish) []onboard.App
	// Ready completes a wish, and refuses one that cannot be.
	Ready(ctx context.Context, org string, w onboard.Wish) (onboard.Wish, error)
	// Begin begins a job, which goes on when ctx ends.
	Begin(ctx context.Context, j onboard.Job, token secret.Text) (onboard.Job, error)
	// Cancel ends a job of this process, and has taken back what it made.
	Cancel(job string)
	// CleanUp takes back what a job left behind, and returns what it did.
	CleanUp(ctx context.Context, j onboard.Job, token secret.Text) ([]string, error)
}

var (
	_ = add("GET /api/v1/okta-setups", portal.ConnectionsRead, doc{Summary: "Service apps that were made in Okta orgs to connect them, the newest first"}, listOktaSetups)
	_ = add("POST /api/v1/okta-setups", portal.ConnectionsWrite, doc{
		Summary: "Connect an Okta org by a service app that is made in it", Status: http.StatusCreated,
		Help: "It wants a temporary API token of a super administrator, which is kept nowhere. It runs by itself, and goes on if nobody looks: look at it again. Where a step fails all that was made is taken back. One of an organization runs at a time.",
	}, createOktaSetup)
	_ = add("GET /api/v1/okta-setups/{setup}", portal.ConnectionsRead, doc{Summary: "How far the making of a service app is, and what came of it"}, getOktaSetup)
	_ = add("POST /api/v1/okta-setups/{setup}/cancel", portal.ConnectionsWrite, doc{Summary: "End the making of a service app", Help: "What was made is taken back. One that has ended stays as it is."}, cancelOktaSetup)
	_ = add("POST /api/v1/okta-setups/{setup}/cleanup", portal.ConnectionsWrite, doc{
		Summary: "Take back what was left in an Okta org", Status: http.StatusOK, Long: true,
		Help: "For one that was interrupted, or could not take all of it back. It wants a temporary API token of a super administrator, which is kept nowhere. An app that a connection works with stays.",
	}, cleanOktaSetup)
	_ = add("GET /api/v1/okta-setup-plan", portal.ConnectionsRead, doc{Summary: "What would be made in an Okta org to connect it", Help: "Nothing is asked of Okta."}, getOktaSetupPlan)
)

// OktaSetup is the making of service apps in an Okta org.
type OktaSetup struct {
	ID        string            `json:"id"`
	State     onboard.State     `json:"state"`
	Domain    string            `json:"domain"`
	Name      string            `json:"name" doc:"of the connection"`
	Label     string            `json:"label" doc:"of the app in Okta"`
	Response  bool              `json:"response" doc:"a second app is made, that may contain people"`
	Only      bool              `json:"onlyResponse" doc:"that app is made alone"`
	By        Ref               `json:"by"`
	Steps     []OktaSetupStep   `json:"steps" doc:"that were begun, the newest last"`
	OktaID    string            `json:"oktaId,omitempty" doc:"the org's own id"`
	Tenant    string            `json:"tenant,omitempty" doc:"id as which the org is read"`
	Login     string            `json:"login,omitempty" doc:"whose token was lent"`
	Apps      []OktaSetupApp    `json:"apps" doc:"that were made; none before it is done"`
	Token     string            `json:"tokenNotEnded,omitempty" doc:"why the lent token could not be ended, where that was wanted"`
	Ended     bool              `json:"tokenEnded"`
	Failed    *OktaSetupFailure `json:"failed,omitempty"`
	Cleaned   []string          `json:"cleaned" doc:"what was taken back afterwards"`
	CleanedAt time.Time         `json:"cleanedAt,omitzero"`
	CreatedAt time.Time         `json:"createdAt"`
	EndedAt   time.Time         `json:"endedAt,omitzero"`
}

// OktaSetupStep is a step that was begun.
type OktaSetupStep struct {
	Phase onboard.Phase `json:"phase"`
	Text  string        `json:"text"`
	At    time.Time     `json:"at"`
}

// OktaSetupApp is a service app that was made. Its private key is in the
// connection, sealed, and nowhere else.
type OktaSetupApp struct {
	ClientID   string        `json:"clientId" doc:"which is its application id, too"`
	Label      string        `json:"label"`
	Response   bool          `json:"response" doc:"it is the one that may contain people"`
	Connection Ref           `json:"connection" doc:"which has its key"`
	KeyID      string        `json:"keyId"`
	DPoP       bool          `json:"dpop" doc:"its tokens are bound to a key"`
	Granted    []string      `json:"granted" doc:"scopes"`
	Refused    []OktaRefusal `json:"refused" doc:"what the org does not know or give, and that was gone on without"`
	Notes      []string      `json:"notes"`
	Coverage   []Coverage    `json:"coverage"`
}

// OktaRefusal is something that an org did not give.
type OktaRefusal struct {
	Name string `json:"name" doc:"of a scope or role"`
	Said string `json:"said" doc:"by Okta"`
}

// OktaSetupFailure is why it was not done.
type OktaSetupFailure struct {
	Phase   onboard.Phase `json:"phase" doc:"that failed"`
	Step    string        `json:"step"`
	Said    string        `json:"said" doc:"by Okta, where it said something"`
	Left    []string      `json:"left" doc:"what could not be taken back; empty is that nothing is left"`
	Earlier bool          `json:"earlier" doc:"another is under way in the org, or left something there: this one made nothing"`
}

func showOktaSetup(people map[string]string, j onboard.Job) OktaSetup {
	r := j.Report
	out := OktaSetup{
		ID: j.ID, State: j.State, Domain: j.Wish.Domain, Name: j.Wish.Name, Label: j.Wish.Label, Response: j.Wish.Response, By: refTo(people, j.Account), Only: j.Wish.OnlyResponse,
		Steps:  each(r.Steps, func(s onboard.Past) OktaSetupStep { return OktaSetupStep(s) }),
		OktaID: r.Result.OktaID, Tenant: r.Result.Tenant, Login: r.Result.Login, Token: r.Ended.Error, Ended: r.Ended.Done,
		Apps:    each(r.Result.Apps, showOktaSetupApp),
		Cleaned: append([]string{}, r.Clean...), CleanedAt: r.At, CreatedAt: j.CreatedAt, EndedAt: j.EndedAt,
	}
	if f := r.Fault; f != nil {
		out.Failed = &OktaSetupFailure{f.Phase, f.Step, f.Said, append([]string{}, f.Left...), f.Earlier}
	}
	return out
}

func showOktaSetupApp(a onboard.JobApp) OktaSetupApp {
	return OktaSetupApp{
		ClientID: a.ClientID, Label: a.Label, Response: a.Response, Connection: Ref{a.Connection, a.Name}, KeyID: a.KeyID, DPoP: a.Bound,
		Granted: append([]string{}, a.Granted...), Notes: append([]string{}, a.Notes...),
		Refused:  each(a.Refused, func(r onboard.Refused) OktaRefusal { return OktaRefusal(r) }),
		Coverage: each(a.Coverage, func(c okta.Coverage) Coverage { return Coverage(c) }),
	}
}

func showOktaSetups(ctx context.Context, d Deps, c portal.Caller, all ...onboard.Job) ([]OktaSetup, error) {
	people, err := namesOf(ctx, d, c, each(all, func(j onboard.Job) string { return j.Account }))
	return each(all, func(j onboard.Job) OktaSetup { return showOktaSetup(people, j) }), err
}

func showOneOktaSetup(ctx context.Context, d Deps, c portal.Caller, j onboard.Job) (OktaSetup, error) {
	all, err := showOktaSetups(ctx, d, c, j)
	if err != nil {
		return OktaSetup{}, err
	}
	return all[0], nil
}

func listOktaSetups(ctx context.Context, d Deps, c portal.Caller, _ none) ([]OktaSetup, error) {
	all, err := d.DB.OktaSetups.List(ctx, c.Org.ID)
	if err != nil {
		return nil, err
	}
	return showOktaSetups(ctx, d, c, all...)
}

type oktaSetupIn struct {
	Setup string `path:"setup"`
}

func getOktaSetup(ctx context.Context, d Deps, c portal.Caller, in oktaSetupIn) (OktaSetup, error) {
	j, err := d.DB.OktaSetups.Get(ctx, c.Org.ID, in.Setup)
	if err != nil {
		return OktaSetup{}, err
	}
	return showOneOktaSetup(ctx, d, c, j)
}

type createOktaSetupIn struct {
	Domain   string          `json:"domain" min:"1" max:"255" doc:"of the org, as acme or acme.okta.com"`
	Token    secret.Text     `json:"token" doc:"a temporary API token of a super administrator; it is kept nowhere"`
	Label    string          `json:"label,omitempty" max:"90" doc:"of the app in Okta; Sallyport service where nothing is said"`
	Name     string          `json:"name,omitempty" max:"90" doc:"of the connection; that of the domain where nothing is said"`
	Response bool            `json:"response,omitempty" doc:"make a second app with a key of its own, that may contain people"`
	Only     bool            `json:"onlyResponse,omitempty" doc:"make that app alone, beside a connection that reads the org already"`
	DPoP     bool            `json:"dpop,omitempty" doc:"bind access tokens to a key"`
	Key      onboard.KeyKind `json:"key,omitempty" doc:"rsa (3072 bits), or ec (P-256); rsa where nothing is said"`
	EndToken bool            `json:"endToken,omitempty" doc:"end the temporary token when all is done"`
	Reuse    bool            `json:"reuse,omitempty" doc:"use a service app of this label that is there: it gets another key, and what scopes and roles it lacks"`
	Zones    []string        `json:"zones,omitempty" doc:"network zones, by id or name, that the app may be used from; this server has to be in one"`
	Share    int             `json:"share,omitempty" doc:"how much of each rate limit the app may take, in percent from 1 to 100; what the org says where nothing is said"`
}

// defaultLabel is what the app is called in Okta where nothing is said. The app by
// which people sign in is called Sallyport, as a rule.
const defaultLabel = "Sallyport service"

func (in createOktaSetupIn) wish() onboard.Wish {
	w := onboard.Wish{
		Domain: in.Domain, Label: strings.TrimSpace(in.Label), Name: strings.TrimSpace(in.Name), Response: in.Response || in.Only, OnlyResponse: in.Only, DPoP: in.DPoP, Key: in.Key, EndToken: in.EndToken,
		Reuse: in.Reuse, Zones: in.Zones, Share: in.Share,
	}
	if w.Label == "" {
		w.Label = defaultLabel
	}
	if w.Key == "" {
		w.Key = onboard.RSA
	}
	return w
}

func createOktaSetup(ctx context.Context, d Deps, c portal.Caller, in createOktaSetupIn) (OktaSetup, error) {
	token := secret.NewText(strings.TrimSpace(in.Token.Reveal()))
	if token.Empty() {
		return OktaSetup{}, badField("token", "it wants an API token")
	}
	if in.Share < 0 || in.Share > 100 {
		return OktaSetup{}, badField("share", "a number from 1 to 100 is wanted")
	}
	if d.OktaSetups == nil {
		return OktaSetup{}, errs.New(errs.Unavailable, "this server sets up no Okta orgs")
	}
	w, err := d.OktaSetups.Ready(ctx, c.Org.ID, in.wish())
	switch errs.KindOf(err) {
	case errs.Invalid:
		err = &field{"domain", err}
	case errs.Conflict:
		err = &field{"name", err}
	default:
	}
	if err != nil {
		return OktaSetup{}, err
	}
	j, err := d.OktaSetups.Begin(ctx, onboard.Job{Org: c.Org.ID, Account: c.Account.ID, Wish: w}, token)
	if err != nil {
		return OktaSetup{}, err
	}
	return showOneOktaSetup(ctx, d, c, j)
}

func cancelOktaSetup(ctx context.Context, d Deps, c portal.Caller, in oktaSetupIn) (OktaSetup, error) {
	if _, err := d.DB.OktaSetups.Get(ctx, c.Org.ID, in.Setup); err != nil {
		return OktaSetup{}, err
	}
	if err := d.DB.OktaSetups.Stop(ctx, c.Org.ID, in.Setup); err != nil {
		return OktaSetup{}, err
	}
	if d.OktaSetups != nil {
		d.OktaSetups.Cancel(in.Setup)
	}
	return getOktaSetup(ctx, d, c, in)
}

type cleanOktaSetupIn struct {
	Setup string      `path:"setup"`
	Token secret.Text `json:"token" doc:"a temporary API token of a super administrator; it is kept nowhere"`
}

func cleanOktaSetup(ctx context.Context, d Deps, c portal.Caller, in cleanOktaSetupIn) (OktaSetup, error) {
	j, err := d.DB.OktaSetups.Get(ctx, c.Org.ID, in.Setup)
	if err != nil {
		return OktaSetup{}, err
	}
	if j.State == onboard.Running || d.OktaSetups == nil {
		return OktaSetup{}, errs.New(errs.Conflict, "it is under way: cancel it, and what it made is taken back")
	}
	token := secret.NewText(strings.TrimSpace(in.Token.Reveal()))
	if token.Empty() {
		return OktaSetup{}, badField("token", "it wants an API token")
	}
	ctx = context.WithoutCancel(ctx) // what is taken back is taken back whole
	if j.Report.Clean, err = d.OktaSetups.CleanUp(ctx, j, token); err != nil {
		text := secret.NewScrubber(token.Reveal()).Text(err.Error())
		return OktaSetup{}, errs.New(cleanKind(err), "%s", text)
	}
	if j.Report.At = d.Now(); j.Report.Fault != nil {
		j.Report.Fault.Left = nil
	}
	if err := d.DB.OktaSetups.Cleaned(ctx, j); err != nil {
		return OktaSetup{}, err
	}
	return showOneOktaSetup(ctx, d, c, j)
}

// cleanKind is the kind of an error of Okta's: one that says nothing of itself is
// its, not ours.
func cleanKind(err error) errs.Kind {
	if k := errs.KindOf(err); k != errs.Internal {
		return k
	}
	return errs.Unavailable
}

type oktaSetupPlanIn struct {
	Response bool   `query:"response"`
	Only     bool   `query:"onlyResponse"`
	Label    string `query:"label" max:"90"`
}

// OktaPlannedApp is a service app that would be made.
type OktaPlannedApp struct {
	Label  string             `json:"label"`
	Scopes []OktaPlannedScope `json:"scopes"`
	Roles  []OktaPlannedRole  `json:"roles"`
}

// OktaPlannedScope is a scope that the app would be granted.
type OktaPlannedScope struct {
	Name string `json:"name"`
	Why  string `json:"why" doc:"what it is wanted for"`
}

// OktaPlannedRole is an admin role that the app would be given: one of Okta's own,
// or one that is made of permissions.
type OktaPlannedRole struct {
	Name        string   `json:"name"`
	Permissions []string `json:"permissions" doc:"of a role that is made; none of one of Okta's own"`
}

func getOktaSetupPlan(_ context.Context, d Deps, _ portal.Caller, in oktaSetupPlanIn) ([]OktaPlannedApp, error) {
	if d.OktaSetups == nil {
		return []OktaPlannedApp{}, nil
	}
	w := createOktaSetupIn{Label: in.Label, Response: in.Response, Only: in.Only}.wish()
	return each(d.OktaSetups.Plan(w), func(a onboard.App) OktaPlannedApp {
		return OktaPlannedApp{
			Label:  a.Label,
			Scopes: each(a.Scopes, func(s onboard.Scope) OktaPlannedScope { return OktaPlannedScope{s.Name, s.Why} }),
			Roles: each(a.Roles, func(r onboard.Role) OktaPlannedRole {
				return OktaPlannedRole{r.Standard + r.Label, append([]string{}, r.Permissions...)}
			}),
		}
	}), nil
}
