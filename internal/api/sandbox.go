package api

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"sallyport/internal/errs"
	"sallyport/internal/portal"
	"sallyport/internal/secret"
	"sallyport/internal/value"
)

const (
	sandboxTimeout = 30 * time.Second
	maxSandbox     = 64 << 20 // bytes of an answer
)

// sandboxFor reports whether there is a sandbox for the caller's organization.
func sandboxFor(d Deps, c portal.Caller) bool {
	return d.Sandbox != "" && c.Org.Slug == d.SandboxOrg
}

// segment writes a name of the caller's as one segment of a path. What means
// another folder there is no name.
func segment(name string) (string, error) {
	if name == "." || name == ".." {
		return "", errs.New(errs.NotFound, "the sandbox has nothing of the name %q", name)
	}
	return url.PathEscape(name), nil
}

// askSandbox asks the sandbox's control API for a caller, and returns of the answer what T
// has fields for, by their names in the API's spelling. Secrets in it are
// masked.
func askSandbox[T any](ctx context.Context, d Deps, c portal.Caller, method, path string, body *value.Object) (T, error) {
	var out T
	if !sandboxFor(d, c) {
		return out, errs.New(errs.NotFound, "no sandbox runs beside this server for your organization")
	}
	ctx, cancel := context.WithTimeout(ctx, sandboxTimeout)
	defer cancel()
	var send io.Reader
	if body != nil {
		send = bytes.NewReader(value.JSON(body))
	}
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(d.Sandbox, "/")+"/_sandbox"+path, send)
	if err != nil {
		return out, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return out, errs.Wrap(errs.Unavailable, err, "the sandbox does not answer")
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxSandbox))
	if err != nil {
		return out, errs.Wrap(errs.Unavailable, err, "the sandbox's answer ends early")
	}
	v, err := value.ParseJSON(raw)
	if err != nil {
		return out, errs.Wrap(errs.Unavailable, err, "the sandbox answered %d, and no JSON", resp.StatusCode)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return out, sandboxError(resp.StatusCode, v)
	}
	if err := json.Unmarshal(value.JSON(ours(v, false)), &out); err != nil {
		return out, errs.Wrap(errs.Unavailable, err, "the sandbox's answer is of another version")
	}
	return out, nil
}

func sandboxError(status int, v any) error {
	o, _ := v.(*value.Object)
	message := cmp.Or(maskText(o.Text("error")), http.StatusText(status))
	switch status {
	case http.StatusNotFound:
		return errs.New(errs.NotFound, "the sandbox: %s", message)
	case http.StatusConflict:
		return errs.New(errs.Conflict, "the sandbox: %s", message)
	}
	if status < http.StatusInternalServerError {
		return errs.New(errs.Invalid, "the sandbox: %s", message)
	}
	return errs.New(errs.Unavailable, "the sandbox answered %d: %s", status, message)
}

var (
	secretName = regexp.MustCompile(`(?i)(token|secret|password$|authorization|cookie|api_?key|private_?key|assertion|credential|webhook)`)
	// secretText finds what looks like a secret: a credential with its scheme, a
	// Slack token, a field of a form, a webhook's path.
	secretText = regexp.MustCompile(`(?i)\b(?:SSWS|Bearer|Basic|DPoP)\s+[^\s"]+|\bxox[a-z]-[\w-]+|\b(?:[\w-]*(?:token|secret|password|assertion))=[^&\s"]+|/teams/(?:workflow|legacy)/[^/?\s"]+`)
)

func maskText(s string) string { return secretText.ReplaceAllString(s, secret.Mask) }

// ours returns an answer of the sandbox as the API gives it: the names of fields
// in its spelling, secrets masked. Those are texts below a field that is named
// like one, and what looks like one; a text that is JSON is looked into.
func ours(v any, below bool) any {
	switch v := v.(type) {
	case string:
		if below && v != "" {
			return secret.Mask
		}
		if inner, err := value.ParseJSON([]byte(v)); err == nil {
			if o, ok := inner.(*value.Object); ok {
				return string(value.JSON(maskFields(o)))
			}
		}
		return maskText(v)
	case []any:
		return each(v, func(e any) any { return ours(e, below) })
	case *value.Object:
		out := value.NewObject(v.Len())
		for name, e := range v.All() {
			if e != nil {
				out.Set(camel(name), ours(e, below || secretName.MatchString(name)))
			}
		}
		return out
	}
	return v
}

// maskFields is ours for what is shown as it stands, its names unchanged.
func maskFields(v any) any {
	switch v := v.(type) {
	case string:
		return maskText(v)
	case []any:
		return each(v, maskFields)
	case *value.Object:
		out := value.NewObject(v.Len())
		for name, e := range v.All() {
			if secretName.MatchString(name) && !value.Empty(e) {
				e = secret.Mask
			}
			out.Set(name, maskFields(e))
		}
		return out
	}
	return v
}

// camel returns a name in the API's spelling: channelName for channel_name.
func camel(name string) string {
	words := strings.Split(name, "_")
	for i, w := range words {
		if i > 0 && w != "" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "")
}
