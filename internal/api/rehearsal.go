package api

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"sallyport/internal/portal"
	"sallyport/internal/value"
)

var (
	_ = add("GET /api/v1/rehearsal/state", portal.Rehearse, doc{Summary: "The simulated tenants", Help: "This and what follows is there only where the sandbox runs. Secrets are left out."}, sandboxState)
	_ = add("GET /api/v1/rehearsal/scenarios", portal.Rehearse, doc{Summary: "What can be set off"}, sandboxScenarios)
	_ = add("POST /api/v1/rehearsal/scenarios/{name}", portal.Rehearse, doc{Summary: "Set off a scenario"}, runScenario)
	_ = add("GET /api/v1/rehearsal/users", portal.Rehearse, doc{Summary: "People in the simulated Okta org"}, sandboxUsers)
	_ = add("GET /api/v1/rehearsal/users/{login}", portal.Rehearse, doc{Summary: "A person in the simulated Okta org"}, sandboxUser)
	_ = add("GET /api/v1/rehearsal/requests", portal.Rehearse, doc{Summary: "What the simulated tenants were asked, in its order", Help: "Secrets in them are masked."}, sandboxRequests)
	_ = add("GET /api/v1/rehearsal/slack", portal.Rehearse, doc{Summary: "Messages in the simulated Slack"}, sandboxSlack)
	_ = add("GET /api/v1/rehearsal/teams", portal.Rehearse, doc{Summary: "Messages in the simulated Teams"}, sandboxTeams)
	_ = add("GET /api/v1/rehearsal/mail", portal.Rehearse, doc{Summary: "The simulated mailbox"}, sandboxMail)
)

// SandboxState says what the sandbox simulates.
type SandboxState struct {
	URL   string       `json:"url" doc:"of all of it"`
	Users int          `json:"users" doc:"people in the Okta org"`
	Okta  SandboxOkta  `json:"okta"`
	Slack SandboxSlack `json:"slack"`
	Mail  SandboxMail  `json:"mail"`
}

// SandboxOkta is the simulated Okta org.
type SandboxOkta struct {
	URL    string `json:"url"`
	Domain string `json:"domain" doc:"of its people's addresses"`
	Admin  string `json:"admin" doc:"login of the super administrator"`
}

// SandboxSlack is the simulated Slack workspace.
type SandboxSlack struct {
	URL      string           `json:"url"`
	Team     string           `json:"team"`
	Channels []SandboxChannel `json:"channels"`
}

// SandboxChannel is a channel of the simulated Slack.
type SandboxChannel struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Archived bool   `json:"archived"`
	Private  bool   `json:"private"`
}

// SandboxMail is the simulated mail server.
type SandboxMail struct {
	Address string `json:"address"`
	Domain  string `json:"domain"`
}

func sandboxState(ctx context.Context, d Deps, c portal.Caller, _ none) (SandboxState, error) {
	return askSandbox[SandboxState](ctx, d, c, http.MethodGet, "/state", nil)
}

// Scenario is something that can happen in the simulated Okta org.
type Scenario struct {
	Name       string   `json:"name"`
	Title      string   `json:"title"`
	Happens    string   `json:"happens" doc:"what happens in the org"`
	Expect     string   `json:"expect" doc:"what a defender should see"`
	Techniques []string `json:"techniques" doc:"ids of MITRE ATT&CK; none for what is no attack"`

	Raises []ScenarioAlert `json:"raises" doc:"the alerts that should come of it, and no others"`
}

func sandboxScenarios(ctx context.Context, d Deps, c portal.Caller, _ none) ([]Scenario, error) {
	all, err := askSandbox[[]struct {
		Scenario

		Raises []sandboxAlert `json:"raises"`
	}](ctx, d, c, http.MethodGet, "/scenarios", nil)
	if err != nil {
		return nil, err
	}
	rules, err := newRehearsed(ctx, d, c)
	if err != nil {
		return nil, err
	}
	out := []Scenario{}
	for _, sc := range all {
		sc.Scenario.Raises = rules.alerts(sc.Raises)
		out = append(out, sc.Scenario)
	}
	return out, nil
}

type runScenarioIn struct {
	Name string `path:"name"`
	User string `json:"user,omitempty" max:"200" doc:"login or id of whom it happens to; somebody suitable where nothing is said"`
}

// ScenarioReport says what a scenario did.
type ScenarioReport struct {
	ID       string          `json:"id" doc:"of the performance"`
	At       time.Time       `json:"at"`
	Scenario string          `json:"scenario"`
	Title    string          `json:"title"`
	User     ScenarioUser    `json:"user"`
	Events   []ScenarioEvent `json:"events" doc:"of the System Log, in their order"`
	Started  time.Time       `json:"started"`
	Note     string          `json:"note"`
	Steps    []ScenarioStep  `json:"steps" doc:"what happened outside of the System Log, in order; some of it after the run"`
}

// ScenarioStep is something that a scenario saw outside of the System Log.
type ScenarioStep struct {
	At     time.Time `json:"at"`
	Where  string    `json:"where" enum:"okta,auth0"`
	What   string    `json:"what"`
	OK     bool      `json:"ok" doc:"whether it went well for whoever did it"`
	Detail string    `json:"detail" doc:"what they were told"`
}

// ScenarioUser is whom a scenario happened to.
type ScenarioUser struct {
	ID    string `json:"id"`
	Login string `json:"login"`
}

// ScenarioEvent is an event that a scenario caused.
type ScenarioEvent struct {
	UUID      string    `json:"uuid"`
	Type      string    `json:"type"`
	Published time.Time `json:"published"`
}

func runScenario(ctx context.Context, d Deps, c portal.Caller, in runScenarioIn) (ScenarioReport, error) {
	name, err := segment(in.Name)
	if err != nil {
		return ScenarioReport{}, err
	}
	return askSandbox[ScenarioReport](ctx, d, c, http.MethodPost, "/scenarios/"+name, value.Map("user", in.User))
}

// SandboxUser is a person in the simulated Okta org.
type SandboxUser struct {
	ID              string    `json:"id"`
	Login           string    `json:"login"`
	Email           string    `json:"email"`
	Name            string    `json:"name"`
	Status          string    `json:"status" doc:"as Okta has it: ACTIVE, SUSPENDED …"`
	Sessions        int       `json:"sessions" doc:"open ones"`
	OAuthTokens     int       `json:"oauthTokens" doc:"refresh tokens that apps hold"`
	Factors         int       `json:"factors"`
	FactorTypes     []string  `json:"factorTypes"`
	Groups          []string  `json:"groups" doc:"by name"`
	AdminRoles      []string  `json:"adminRoles"`
	PasswordChanged time.Time `json:"passwordChanged,omitzero"`
	LastLogin       time.Time `json:"lastLogin,omitzero"`
	Risk            string    `json:"risk,omitempty" doc:"HIGH, MEDIUM or LOW"`
}

type sandboxUsersIn struct {
	Status string `query:"status" doc:"as Okta has it: ACTIVE, SUSPENDED …"`
	Limit  int    `query:"limit" min:"1" max:"1000"`
}

func sandboxUsers(ctx context.Context, d Deps, c portal.Caller, in sandboxUsersIn) ([]SandboxUser, error) {
	q := url.Values{}
	if in.Status != "" {
		q.Set("status", in.Status)
	}
	if in.Limit > 0 {
		q.Set("limit", value.String(float64(in.Limit)))
	}
	return askSandbox[[]SandboxUser](ctx, d, c, http.MethodGet, "/users?"+q.Encode(), nil)
}

type sandboxUserIn struct {
	Login string `path:"login"`
}

func sandboxUser(ctx context.Context, d Deps, c portal.Caller, in sandboxUserIn) (SandboxUser, error) {
	login, err := segment(in.Login)
	if err != nil {
		return SandboxUser{}, err
	}
	return askSandbox[SandboxUser](ctx, d, c, http.MethodGet, "/users/"+login, nil)
}

// SandboxRequest is what a simulated tenant was asked, or what an event hook
// was sent.
type SandboxRequest struct {
	Seq        int       `json:"seq"`
	Service    string    `json:"service" doc:"okta, slack, teams, mail or hooks"`
	Time       time.Time `json:"time"`
	Method     string    `json:"method" doc:"DATA for a mail"`
	Path       string    `json:"path" doc:"the recipients of a mail"`
	Query      string    `json:"query"`
	Body       string    `json:"body"`
	Truncated  bool      `json:"truncated,omitzero" doc:"there was more of the body"`
	Status     int       `json:"status" doc:"0 when no answer came"`
	URL        string    `json:"url,omitempty" doc:"of an event hook"`
	Auth       string    `json:"auth,omitempty" doc:"the scheme of the Authorization header"`
	UserAgent  string    `json:"userAgent,omitempty"`
	DurationUS int       `json:"durationUs" doc:"in microseconds"`
}

type sandboxRequestsIn struct {
	Service string `query:"service" doc:"okta, slack, teams, mail or hooks"`
}

func sandboxRequests(ctx context.Context, d Deps, c portal.Caller, in sandboxRequestsIn) ([]SandboxRequest, error) {
	q := url.Values{}
	if in.Service != "" {
		q.Set("service", in.Service)
	}
	return askSandbox[[]SandboxRequest](ctx, d, c, http.MethodGet, "/requests?"+q.Encode(), nil)
}

// SlackMessage is a message in the simulated Slack.
type SlackMessage struct {
	Channel     string    `json:"channel" doc:"id"`
	ChannelName string    `json:"channelName" doc:"without #; the person's handle in a direct message"`
	TS          string    `json:"ts"`
	ThreadTS    string    `json:"threadTs,omitempty"`
	Text        string    `json:"text"`
	Blocks      any       `json:"blocks,omitempty" doc:"of Block Kit"`
	Username    string    `json:"username,omitempty" doc:"when it is not the bot's own"`
	Edited      bool      `json:"edited"`
	Deleted     bool      `json:"deleted"`
	Time        time.Time `json:"time"`
	Permalink   string    `json:"permalink"`
}

func sandboxSlack(ctx context.Context, d Deps, c portal.Caller, _ none) ([]SlackMessage, error) {
	return askSandbox[[]SlackMessage](ctx, d, c, http.MethodGet, "/slack", nil)
}

// TeamsMessage is a message in the simulated Teams.
type TeamsMessage struct {
	Kind      string    `json:"kind" enum:"workflow,legacy"`
	Text      string    `json:"text" doc:"all in the card that people read, a line each"`
	Card      any       `json:"card,omitempty" doc:"the adaptive card"`
	Time      time.Time `json:"time"`
	Delivered bool      `json:"delivered" doc:"false when it never got into the channel, although the answer was 200"`
}

func sandboxTeams(ctx context.Context, d Deps, c portal.Caller, _ none) ([]TeamsMessage, error) {
	return askSandbox[[]TeamsMessage](ctx, d, c, http.MethodGet, "/teams", nil)
}

// MailMessage is a message in the simulated mailbox.
type MailMessage struct {
	ID      int       `json:"id"`
	From    string    `json:"from"`
	To      []string  `json:"to"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	HTML    string    `json:"html,omitempty"`
	Time    time.Time `json:"time"`
	Via     string    `json:"via" doc:"smtp, or the service that sent it"`
}

func sandboxMail(ctx context.Context, d Deps, c portal.Caller, _ none) ([]MailMessage, error) {
	return askSandbox[[]MailMessage](ctx, d, c, http.MethodGet, "/mail", nil)
}
