package oauth

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"sallyport/internal/secret"
)

// form is the body of a token request.
func (s *Source) form(ctx context.Context) (url.Values, error) {
	form := url.Values{}
	switch s.client.Grant {
	case Assertion:
		if s.client.Key == nil {
			return nil, fmt.Errorf("ask for a token: there is no key to sign with")
		}
		signed, err := s.client.Key.grant(s.client, s.clock())
		if err != nil {
			return nil, err
		}
		form.Set("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
		form.Set("assertion", signed)
		maps.Copy(form, s.client.Params)
		return form, nil
	case Refreshing:
		held, err := s.client.Stored.Load(ctx)
		if err != nil {
			return nil, err
		}
		s.used = held
		form.Set("grant_type", "refresh_token")
		form.Set("refresh_token", held)
	case ClientCredentials:
		form.Set("grant_type", "client_credentials")
		if len(s.client.Scopes) > 0 {
			form.Set("scope", strings.Join(s.client.Scopes, " "))
		}
		maps.Copy(form, s.client.Params)
	}
	return form, s.client.identify(form, s.clock)
}

// post makes a token request of its form.
func (c Client) post(ctx context.Context, form url.Values) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.TokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, fmt.Errorf("the token URL is none: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	if c.Basic && c.Key == nil && c.Secret != "" {
		// RFC 6749 section 2.3.1: both are form-encoded first.
		req.SetBasicAuth(url.QueryEscape(c.ID), url.QueryEscape(c.Secret))
	}
	return req, nil
}

// told are the fields of a form that an answer may repeat, and nobody may see.
var told = []string{"assertion", "client_assertion", "client_secret", "refresh_token", "code", "code_verifier"}

// granted is what a token endpoint gives (RFC 6749 section 5.1).
type granted struct {
	AccessToken  string  `json:"access_token"`
	RefreshToken string  `json:"refresh_token"`
	TokenType    string  `json:"token_type"`
	ExpiresIn    float64 `json:"expires_in"`
	Scope        string  `json:"scope"`
}

// ask carries out a token request. A refusal is an [*Error], without what of the
// form is secret.
func (c Client) ask(send func(*http.Request) (*http.Response, error), req *http.Request, form url.Values) (granted, error) {
	resp, err := send(req)
	if err != nil {
		return granted{}, fmt.Errorf("ask for a token: %w", err)
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return granted{}, fmt.Errorf("ask for a token: %w", err)
	}
	var answer struct {
		granted

		Error       string `json:"error"`
		Description string `json:"error_description"`
		Code        string `json:"errorCode"`    // Okta's own errors
		Summary     string `json:"errorSummary"` //
	}
	bad := json.Unmarshal(body, &answer)
	if c.Field != "" && bad == nil {
		answer.AccessToken = field(body, c.Field)
	}
	if resp.StatusCode != http.StatusOK {
		e := &Error{Status: resp.StatusCode, Code: answer.Error, Description: answer.Description, Header: resp.Header}
		if e.Code == "" {
			e.Code, e.Description = answer.Code, answer.Summary
		}
		if e.Code == "" {
			e.Code = strings.ToLower(strings.ReplaceAll(http.StatusText(e.Status), " ", "_"))
		}
		hidden := []string{}
		for _, name := range told {
			hidden = append(hidden, form.Get(name))
		}
		scrub := secret.NewScrubber(hidden...)
		e.Code, e.Description = scrub.Text(e.Code), scrub.Text(e.Description)
		return granted{}, e
	}
	if bad != nil || answer.AccessToken == "" {
		return granted{}, fmt.Errorf("ask for a token: %s answered without one", req.URL.Host)
	}
	return answer.granted, nil
}

// field returns a text of a JSON object, or "".
func field(body []byte, name string) string {
	var fields map[string]json.RawMessage
	var text string
	if json.Unmarshal(body, &fields) != nil || json.Unmarshal(fields[name], &text) != nil {
		return ""
	}
	return text
}
