package api

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/portal"
	"sallyport/internal/secret"
	"sallyport/internal/value"
)

var (
	_ = add("GET /api/v1/rehearsal/state", portal.Rehearse, doc{Summary: "The simulated tenants", Help: "This and what follows is there only where the sandbox runs. Secrets are masked."}, sandboxState)
	_ = add("GET /api/v1/rehearsal/requests", portal.Rehearse, doc{Summary: "What the simulated tenants were asked"}, sandboxRequests)
	_ = add("GET /api/v1/rehearsal/slack", portal.Rehearse, doc{Summary: "Messages in the simulated Slack"}, sandboxSlack)
	_ = add("GET /api/v1/rehearsal/teams", portal.Rehearse, doc{Summary: "Messages in the simulated Teams"}, sandboxTeams)
	_ = add("GET /api/v1/rehearsal/mail", portal.Rehearse, doc{Summary: "The simulated mailbox"}, sandboxMail)
	_ = add("GET /api/v1/rehearsal/users/{login}", portal.Rehearse, doc{Summary: "A person in the simulated Okta org"}, sandboxUser)
	_ = add("POST /api/v1/rehearsal/scenarios/{name}", portal.Rehearse, doc{Summary: "Set off a scenario"}, runScenario)
)

// Sandbox is what the sandbox's control API answered.
type Sandbox struct {
	Answer any `json:"answer" doc:"as it came, secrets masked"`
}

func sandboxState(ctx context.Context, d Deps, _ portal.Caller, _ none) (Sandbox, error) {
	return d.sandbox(ctx, http.MethodGet, "/state")
}

func sandboxRequests(ctx context.Context, d Deps, _ portal.Caller, _ none) (Sandbox, error) {
	return d.sandbox(ctx, http.MethodGet, "/requests")
}

func sandboxSlack(ctx context.Context, d Deps, _ portal.Caller, _ none) (Sandbox, error) {
	return d.sandbox(ctx, http.MethodGet, "/slack")
}

func sandboxTeams(ctx context.Context, d Deps, _ portal.Caller, _ none) (Sandbox, error) {
	return d.sandbox(ctx, http.MethodGet, "/teams")
}

func sandboxMail(ctx context.Context, d Deps, _ portal.Caller, _ none) (Sandbox, error) {
	return d.sandbox(ctx, http.MethodGet, "/mail")
}

type sandboxUserIn struct {
	Login string `path:"login"`
}

func sandboxUser(ctx context.Context, d Deps, _ portal.Caller, in sandboxUserIn) (Sandbox, error) {
	return d.sandbox(ctx, http.MethodGet, "/users/"+url.PathEscape(in.Login))
}

type runScenarioIn struct {
	Name string `path:"name"`
}

func runScenario(ctx context.Context, d Deps, _ portal.Caller, in runScenarioIn) (Sandbox, error) {
	return d.sandbox(ctx, http.MethodPost, "/scenarios/"+url.PathEscape(in.Name))
}

const (
	sandboxTimeout = 30 * time.Second
	maxSandbox     = 8 << 20 // bytes of an answer
)

// sandbox asks the sandbox's control API.
func (d Deps) sandbox(ctx context.Context, method, path string) (Sandbox, error) {
	if d.Sandbox == "" {
		return Sandbox{}, errs.New(errs.NotFound, "no sandbox runs beside this server")
	}
	ctx, cancel := context.WithTimeout(ctx, sandboxTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(d.Sandbox, "/")+"/_sandbox"+path, nil)
	if err != nil {
		return Sandbox{}, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return Sandbox{}, errs.Wrap(errs.Unavailable, err, "the sandbox does not answer")
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxSandbox))
	if err != nil {
		return Sandbox{}, errs.Wrap(errs.Unavailable, err, "the sandbox's answer ends early")
	}
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return Sandbox{}, errs.New(errs.NotFound, "the sandbox has no such thing")
	case resp.StatusCode >= http.StatusInternalServerError:
		return Sandbox{}, errs.New(errs.Unavailable, "the sandbox answered %d", resp.StatusCode)
	case resp.StatusCode >= http.StatusBadRequest:
		return Sandbox{}, errs.New(errs.Invalid, "the sandbox answered %d", resp.StatusCode)
	case len(body) == 0:
		return Sandbox{}, nil
	}
	v, err := value.ParseJSON(body)
	if err != nil {
		return Sandbox{}, errs.Wrap(errs.Unavailable, err, "the sandbox's answer is no JSON")
	}
	return Sandbox{masked(v, false)}, nil
}

var (
	secretName = regexp.MustCompile(`(?i)(token|secret|password|authorization|cookie|api_?key|private_?key|assertion|credential)`)
	secretText = regexp.MustCompile(`(?i)\b(SSWS|Bearer|Basic|DPoP)\s+[^\s"]+|\bxox[a-z]-[\w-]+`)
)

// masked returns a value with every secret in it masked: texts below a field
// that is named like one, and texts that look like one.
func masked(v any, below bool) any {
	switch v := v.(type) {
	case string:
		if below && v != "" {
			return secret.Mask
		}
		return secretText.ReplaceAllString(v, secret.Mask)
	case []any:
		return each(v, func(e any) any { return masked(e, below) })
	case *value.Object:
		out := value.NewObject(v.Len())
		for name, e := range v.All() {
			out.Set(name, masked(e, below || secretName.MatchString(name)))
		}
		return out
	}
	return v
}
