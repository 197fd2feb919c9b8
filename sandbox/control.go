package sandbox

import (
	"bytes"
	_ "embed" // for the page
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"strconv"
	"strings"

	"sallyport/sandbox/okta"
	"sallyport/sandbox/scenario"
	"sallyport/sandbox/slack"
)

// httpError is an error that the control API answers with a status.
type httpError struct {
	status  int
	message string
}

func (e *httpError) Error() string { return e.message }

func badRequest(format string, args ...any) error {
	return &httpError{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

// control is the control API of a sandbox.
type control struct{ *Sandbox }

// handler returns the control API's routes.
func (c control) handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range map[string]func(*http.Request) (any, error){
		"GET /_sandbox/state":                     c.getState,
		"GET /_sandbox/scenarios":                 func(*http.Request) (any, error) { return scenario.All(), nil },
		"POST /_sandbox/scenarios/{name}":         c.runScenario,
		"GET /_sandbox/performances":              func(*http.Request) (any, error) { return list(c.player.Reports()), nil },
		"GET /_sandbox/performances/{id}":         c.getPerformance,
		"GET /_sandbox/requests":                  c.listRequests,
		"GET /_sandbox/faults":                    func(*http.Request) (any, error) { return c.faults.all(), nil },
		"POST /_sandbox/faults":                   c.addFault,
		"DELETE /_sandbox/faults":                 func(*http.Request) (any, error) { return cleared{c.faults.clear("")}, nil },
		"DELETE /_sandbox/faults/{id}":            c.clearFault,
		"GET /_sandbox/switches":                  func(*http.Request) (any, error) { return c.Switches(), nil },
		"POST /_sandbox/switches":                 c.setSwitches,
		"GET /_sandbox/traffic":                   func(*http.Request) (any, error) { return c.Traffic(), nil },
		"POST /_sandbox/traffic":                  c.setTraffic,
		"GET /_sandbox/slack":                     func(*http.Request) (any, error) { return c.slack.Messages(), nil },
		"POST /_sandbox/slack/interactivity":      c.setInteractivity,
		"POST /_sandbox/slack/press":              c.press,
		"GET /_sandbox/teams":                     func(*http.Request) (any, error) { return c.teams.Messages(), nil },
		"GET /_sandbox/mail":                      func(r *http.Request) (any, error) { return c.box.Messages(r.URL.Query().Get("to")), nil },
		"GET /_sandbox/users":                     c.listUsers,
		"GET /_sandbox/users/{login}":             c.getUser,
		"GET /_sandbox/census":                    func(*http.Request) (any, error) { return c.org.Census(), nil },
		"GET /_sandbox/planted":                   c.getPlanted,
		"GET /_sandbox/provisioning":              c.getProvisioning,
		"POST /_sandbox/provisioning/{app}":       c.setProvisioning,
		"POST /_sandbox/provisioning/{app}/users": c.provisionUsers,
		"POST /_sandbox/provisioning/{app}/test":  c.testProvisioning,
		"POST /_sandbox/tasks/{id}/retry":         c.retryTask,
		"POST /_sandbox/revocation/{app}":         c.setRevocation,
		"GET /_sandbox/auth0/users":               func(*http.Request) (any, error) { return c.auth0.People(maxUsers), nil },
		"POST /_sandbox/auth0/users":              c.admitToAuth0,
		"GET /_sandbox/auth0/users/{user}":        c.getAuth0User,
		"POST /_sandbox/auth0/sign-in":            c.signInToAuth0,
		"GET /_sandbox/auth0/actions":             func(*http.Request) (any, error) { return c.auth0.Bound(), nil },
		"GET /_sandbox/auth0/logs":                func(*http.Request) (any, error) { return list(c.auth0.Logs(maxUsers)), nil },
		"POST /_sandbox/auth0/revoke":             c.revokeAuth0Tokens,
		"/_sandbox/": func(r *http.Request) (any, error) {
			return nil, &httpError{http.StatusNotFound, "no such thing: " + r.Method + " " + r.URL.Path}
		},
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			body, err := h(r)
			c.answer(w, r, body, err)
		})
	}
	mux.HandleFunc("GET /_sandbox/{$}", c.showIndex)
	// Pages of other sites, which a browser on this machine may have open, can
	// only read.
	return http.NewCrossOriginProtection().Handler(mux)
}

// cleared is how many faults were forgotten.
type cleared struct {
	Cleared int `json:"cleared"`
}

// answer writes the JSON of a control call.
func (c control) answer(w http.ResponseWriter, r *http.Request, body any, err error) {
	status := http.StatusOK
	if err != nil {
		status = http.StatusInternalServerError
		if e, ok := errors.AsType[*httpError](err); ok {
			status = e.status
		} else {
			c.log.ErrorContext(r.Context(), "control call failed", "err", err, "path", r.URL.Path)
		}
		body = map[string]string{"error": err.Error()}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // nobody is left to tell
}

// readJSON reads the body of a control call, which may be empty.
func readJSON(r *http.Request, into any) error {
	b, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return badRequest("the body was not read: %v", err)
	}
	if len(bytes.TrimSpace(b)) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return badRequest("the body cannot be read: %v", err)
	}
	return nil
}

// at returns the URL by which a request reaches the sandbox.
func (c control) at(r *http.Request) string {
	if base := c.baseURL(); base != "" {
		return base
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func (c control) getState(r *http.Request) (any, error) { return c.stateAt(c.at(r)), nil }

func (c control) runScenario(r *http.Request) (any, error) {
	var in struct {
		User string `json:"user"`
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		in.User = r.PostFormValue("user") // from the page
	} else if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	report, err := c.player.Run(r.Context(), r.PathValue("name"), strings.TrimSpace(in.User))
	switch {
	case errors.Is(err, scenario.ErrUnknown), errors.Is(err, okta.ErrNoUser):
		return nil, &httpError{http.StatusNotFound, err.Error()}
	case errors.Is(err, scenario.ErrImpossible):
		return nil, &httpError{http.StatusConflict, err.Error()}
	}
	return report, err
}

func (c control) getPerformance(r *http.Request) (any, error) {
	report, ok := c.player.Report(r.PathValue("id"))
	if !ok {
		return nil, &httpError{http.StatusNotFound, "no such performance: " + r.PathValue("id")}
	}
	return report, nil
}

func (c control) listRequests(r *http.Request) (any, error) {
	f, err := readRequestFilter(r)
	if err != nil {
		return nil, err
	}
	return c.requests.find(f), nil
}

func (c control) addFault(r *http.Request) (any, error) {
	var f Fault
	if err := readJSON(r, &f); err != nil {
		return nil, err
	}
	return c.faults.add(f)
}

func (c control) clearFault(r *http.Request) (any, error) {
	n := c.faults.clear(r.PathValue("id"))
	if n == 0 {
		return nil, &httpError{http.StatusNotFound, "no such fault: " + r.PathValue("id")}
	}
	return cleared{n}, nil
}

// setInteractivity says where the Slack app is told of what people press.
func (c control) setInteractivity(r *http.Request) (any, error) {
	var in struct {
		URL string `json:"url"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	c.slack.SetInteractivity(in.URL)
	return in, nil
}

// press has somebody press a button in Slack.
func (c control) press(r *http.Request) (any, error) {
	var in slack.Press
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	got, err := c.slack.Press(r.Context(), in)
	if err != nil {
		return nil, &httpError{http.StatusConflict, err.Error()}
	}
	return got, nil
}

// setSwitches changes the switches that the body names, and answers all.
func (c control) setSwitches(r *http.Request) (any, error) {
	to := c.Switches()
	if err := readJSON(r, &to); err != nil {
		return nil, err
	}
	if err := c.SetSwitches(to); err != nil {
		return nil, err
	}
	return to, nil
}

// getPlanted says what is wrong with the org, which is nothing in an ordinary one.
func (c control) getPlanted(*http.Request) (any, error) {
	if !c.opt.Weak {
		return okta.Plant{}, nil
	}
	return okta.Planted()
}

//go:embed index.html
var indexHTML string

// showIndex explains what is here.
func (c control) showIndex(w http.ResponseWriter, r *http.Request) {
	page, err := template.New("index").Parse(indexHTML)
	var b bytes.Buffer
	if err == nil {
		err = page.Execute(&b, map[string]any{"State": c.stateAt(c.at(r)), "Scenarios": scenario.All()})
	}
	if err != nil {
		c.log.ErrorContext(r.Context(), "index page was not written", "err", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	_, _ = w.Write(b.Bytes()) // nobody is left to tell
}
