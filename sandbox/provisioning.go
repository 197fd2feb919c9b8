package sandbox

import (
	"net/http"

	"sallyport/sandbox/okta"
)

// provisioned is what the control API says of the accounts that the org keeps
// at its apps: how, and what has not worked.
type provisioned struct {
	Apps  []okta.ProvisioningState `json:"apps"`
	Tasks []okta.Task              `json:"tasks"`
}

func (c control) getProvisioning(*http.Request) (any, error) {
	return provisioned{c.org.Provisioning(), c.org.ProvisioningTasks()}, nil
}

func noApp(id string) error { return &httpError{http.StatusNotFound, "no such app: " + id} }

// setProvisioning changes what the body names of how an app is provisioned,
// and answers all.
func (c control) setProvisioning(r *http.Request) (any, error) {
	id := r.PathValue("app")
	to, found := c.org.ProvisioningOf(id)
	if !found {
		return nil, noApp(id)
	}
	if err := readJSON(r, &to); err != nil {
		return nil, err
	}
	to.App = id
	if !c.org.SetProvisioning(to) {
		return nil, badRequest("mode is wizard or catalogue; base_url is an https URL without underscore, or an http one on this machine")
	}
	to, _ = c.org.ProvisioningOf(id)
	return to, nil
}

// provisionUsers makes accounts for everybody who has an app.
func (c control) provisionUsers(r *http.Request) (any, error) {
	id := r.PathValue("app")
	if _, found := c.org.ProvisioningOf(id); !found {
		return nil, noApp(id)
	}
	return map[string]int{"users": c.org.ProvisionAll(id)}, nil
}

// testProvisioning asks the server of an app whether it is there.
func (c control) testProvisioning(r *http.Request) (any, error) {
	id := r.PathValue("app")
	if _, found := c.org.ProvisioningOf(id); !found {
		return nil, noApp(id)
	}
	if err := c.org.TestProvisioning(r.Context(), id); err != nil {
		return map[string]any{"ok": false, "error": err.Error()}, nil //nolint:nilerr // that is the answer
	}
	return map[string]any{"ok": true}, nil
}

func (c control) retryTask(r *http.Request) (any, error) {
	if !c.org.RetryTask(r.PathValue("id")) {
		return nil, &httpError{http.StatusNotFound, "no such task: " + r.PathValue("id")}
	}
	return c.getProvisioning(r)
}

// setRevocation sets Universal Logout of an app.
func (c control) setRevocation(r *http.Request) (any, error) {
	in := okta.RevocationState{Subject: "iss_sub"}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	in.App = r.PathValue("app")
	if _, found := c.org.ProvisioningOf(in.App); !found {
		return nil, noApp(in.App)
	}
	if !c.org.SetRevocation(in) {
		return nil, badRequest("subject is iss_sub or email; endpoint is an https URL, or an http one on this machine")
	}
	return in, nil
}
