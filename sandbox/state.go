package sandbox

import (
	"net"
	"strconv"
	"strings"

	"sallyport/sandbox/auth0"
	"sallyport/sandbox/slack"
	"sallyport/sandbox/teams"
)

// State says where the simulated services are and how to sign in to them. It
// is what GET /_sandbox/state answers, and the first line of the command's
// output.
type State struct {
	URL     string     `json:"url"`
	Control string     `json:"control"` // URL of the control API
	Seed    uint64     `json:"seed"`
	Users   int        `json:"users"` // seeded people
	Okta    OktaState  `json:"okta"`
	Auth0   Auth0State `json:"auth0"`
	Slack   SlackState `json:"slack"`
	Teams   TeamsState `json:"teams"`
	Mail    MailState  `json:"mail"`
}

// OktaState is how to reach the Okta org.
type OktaState struct {
	URL           string `json:"url"`
	Token         string `json:"token"`           // API token of a super admin
	ReadOnlyToken string `json:"read_only_token"` // API token of a read-only admin
	Domain        string `json:"domain"`          // of addresses: "acme.example"
	Admin         string `json:"admin"`           // login of the super admin
}

// Auth0State is how to reach the Auth0 tenant.
type Auth0State struct {
	URL          string `json:"url"`    // without a slash at the end
	Domain       string `json:"domain"` // the same without scheme: what stands between "https://" and "/oauth/token"
	Audience     string `json:"audience"`
	Tenant       string `json:"tenant"`
	ClientID     string `json:"client_id"` // of a machine-to-machine application that may do everything
	ClientSecret string `json:"client_secret"`
	Connection   string `json:"connection"` // in which people have passwords
}

// SlackState is how to reach the Slack workspace.
type SlackState struct {
	URL      string          `json:"url"` // base of the Web API, with a slash at the end
	Token    string          `json:"token"`
	Secret   string          `json:"signing_secret"` // of what is sent to the app
	TeamID   string          `json:"team_id"`
	Team     string          `json:"team"`
	BotID    string          `json:"bot_user_id"`
	Channels []slack.Channel `json:"channels"`
}

// TeamsState is how to reach the Teams channel.
type TeamsState struct {
	WorkflowURL string `json:"workflow_url"` // a Workflows webhook
	LegacyURL   string `json:"legacy_url"`   // an Office 365 connector
}

// MailState is how to reach the mail server.
type MailState struct {
	URL      string `json:"url"` // "smtp://127.0.0.1:2525"
	Address  string `json:"address"`
	Host     string `json:"host"`
	Port     int    `json:"port"`
	Username string `json:"username"` // for AUTH PLAIN, which nobody needs
	Password string `json:"password"`
	Domain   string `json:"domain"` // of addresses; every address is somebody's
}

// mailUser is the name that a client of the mail server may sign in with.
const mailUser = "sandbox"

// State returns where the services are. The base URL has to be known: from
// Options, SetBaseURL or Serve.
func (s *Sandbox) State() State { return s.stateAt(s.baseURL()) }

// stateAt returns the state for somebody who reaches the sandbox by a URL.
func (s *Sandbox) stateAt(base string) State {
	st := State{URL: base, Control: base + "/_sandbox", Seed: s.opt.Seed, Users: s.opt.Users}
	if st.Users == 0 {
		st.Users = 50
	}
	domain := s.opt.Domain + ".example"
	st.Okta = OktaState{URL: base, Token: s.org.AdminToken(), ReadOnlyToken: s.org.ReadOnlyToken(), Domain: domain, Admin: "admin@" + domain}
	tenant := auth0URL(base)
	if own := s.auth0At.Load(); own != nil {
		tenant = *own
	}
	st.Auth0 = Auth0State{URL: tenant, Audience: tenant + "/api/v2/", Tenant: s.auth0.Name(), Connection: auth0.DatabaseConnection}
	_, st.Auth0.Domain, _ = strings.Cut(st.Auth0.URL, "://")
	st.Auth0.ClientID, st.Auth0.ClientSecret = s.auth0.Credentials()
	st.Slack = SlackState{URL: base + "/slack/api/", Token: s.slackToken, Secret: s.slackSecret, Channels: s.slack.Channels()}
	st.Slack.TeamID, st.Slack.Team = s.slack.Team()
	st.Slack.BotID, _ = s.slack.Bot()
	st.Teams = TeamsState{WorkflowURL: base + "/teams" + s.teams.Path(teams.Workflow), LegacyURL: base + "/teams" + s.teams.Path(teams.Legacy)}
	address := s.smtp.Addr().String()
	st.Mail = MailState{URL: "smtp://" + address, Address: address, Username: mailUser, Password: s.mailPassword, Domain: domain}
	if host, port, err := net.SplitHostPort(address); err == nil {
		st.Mail.Host = host
		st.Mail.Port, _ = strconv.Atoi(port) // of a listener, a number
	}
	return st
}
