package auth0

import (
	"bytes"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// loginPage asks for an address and a password.
const loginPage = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Log in</title>
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:24rem;margin:4rem auto;padding:0 1rem}label,input,button{display:block;width:100%;box-sizing:border-box}input,button{padding:.5rem;margin:.25rem 0 1rem;font:inherit}.bad{color:#c22}small{opacity:.75}</style>
<h1>Welcome</h1><p>Log in to {{.Client}}.</p>{{if .Problem}}<p class="bad" role="alert">{{.Problem}}</p>{{end}}{{if .Greeting}}<p role="status">{{.Greeting}}</p>{{end}}
<form method="post"><label>Email address<input name="username" value="{{.User}}" autocomplete="username" required></label><label>Password<input name="password" type="password" autocomplete="current-password" required></label><button>Continue</button></form>
<small>This is a simulated Auth0 tenant. Its people's passwords are in the control API.</small></html>`

func pageRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/authorize", handle: authorize},
		{method: http.MethodGet, path: "/u/login", handle: showLogin},
		{method: http.MethodPost, path: "/u/login", handle: doLogin, unlocked: true},
	}
}

// authorize begins a sign-in: it checks the client and where it wants people
// to come back to, and shows the page.
func authorize(c *call) (answer, error) {
	client, known := c.shelves["/clients"].find(c.param("client_id"))
	if !known {
		return answer{}, denied(http.StatusForbidden, "Unknown client: %s", c.param("client_id"))
	}
	if c.param("response_type") != "code" {
		return answer{}, &oauthError{http.StatusBadRequest, "unsupported_response_type", "Unsupported response type: " + c.param("response_type"), nil}
	}
	if !slices.Contains(texts(client["callbacks"]), c.param("redirect_uri")) {
		return answer{}, denied(http.StatusForbidden, "Callback URL mismatch. %s is not in the list of allowed callback URLs", c.param("redirect_uri"))
	}
	return answer{status: http.StatusFound, header: http.Header{"Location": {c.base + "/u/login?" + c.r.URL.RawQuery}}}, nil
}

func showLogin(c *call) (answer, error) { return c.page(http.StatusOK, "", "", "") }

func (c *call) page(status int, user, problem, greeting string) (answer, error) {
	name := "the portal"
	if d, known := c.shelves["/clients"].find(c.param("client_id")); known {
		name = str(d, "name")
	}
	t, err := template.New("login").Parse(loginPage)
	var b bytes.Buffer
	if err == nil {
		err = t.Execute(&b, map[string]string{"Client": name, "User": user, "Problem": problem, "Greeting": greeting})
	}
	return answer{status: status, body: b.Bytes(), header: http.Header{
		"Content-Type": {"text/html; charset=utf-8"}, "Content-Security-Policy": {"default-src 'none'; style-src 'unsafe-inline'"},
	}}, err
}

// codeLife is how long a code is good.
const codeLife = 10 * time.Minute

// doLogin signs somebody in and sends them back with a code, or with the error
// that an Action refused them with. Without a client to go back to, the page
// says how it went.
func doLogin(c *call) (answer, error) {
	out, err := c.signIn(c.r.Context(), Attempt{
		User: str(c.body, "username"), Password: str(c.body, "password"), ClientID: c.param("client_id"), Organization: c.param("organization"), Scope: c.param("scope"),
		Audience: c.param("audience"), Connection: c.param("connection"), IP: address(c.r), Agent: c.r.UserAgent(),
	}, c.base)
	if err != nil {
		return answer{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	back, known := c.back()
	switch {
	case !out.OK && (out.LogType != "f" || !known):
		return c.page(http.StatusBadRequest, str(c.body, "username"), out.Description, "")
	case !known:
		return c.page(http.StatusOK, str(c.body, "username"), "", "You are logged in as "+str(c.body, "username")+".")
	}
	q := back.Query()
	if s := c.param("state"); s != "" {
		q.Set("state", s)
	}
	if out.OK {
		code := c.letters(base62, 43)
		c.codes[code] = grant{out: out, client: c.param("client_id"), audience: c.param("audience"), redirect: c.param("redirect_uri"), expires: c.now().Add(codeLife)}
		q.Set("code", code)
	} else {
		q.Set("error", out.Error)
		q.Set("error_description", out.Description)
	}
	back.RawQuery = q.Encode()
	return answer{status: http.StatusFound, header: http.Header{"Location": {back.String()}}}, nil
}

// back returns where a sign-in leads to, if its client knows that place.
func (c *call) back() (*url.URL, bool) {
	client, known := c.shelves["/clients"].find(c.param("client_id"))
	to := c.param("redirect_uri")
	if !known || !slices.Contains(texts(client["callbacks"]), to) {
		return nil, false
	}
	u, err := url.Parse(to)
	return u, err == nil
}
