package api

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/live"
	"sallyport/internal/portal"
	"sallyport/internal/store"
)

var (
	_ = add("POST /api/v1/connections/{id}/authorize", portal.ConnectionsWrite, doc{
		Summary: "Sign in to a connection",
		Help:    "For one that signs in by oauth2_authorization_code. Send the browser to the URL: it comes back by itself, in the same session, within ten minutes and once. Not for an API token.",
	}, authorizeConnection)
	_ = add("GET /oauth/callback", portal.ConnectionsWrite, doc{
		Summary: "Where the browser comes back to", Help: "It goes on to the connection in the console, where the sign-in's outcome stands.", Gives: "text/plain", Status: http.StatusSeeOther, Open: true,
	}, finishAuthorization)
)

// consentWithin is how long somebody may take to consent.
const consentWithin = 10 * time.Minute

// Authorization is where to send a browser.
type Authorization struct {
	URL      string    `json:"url"`
	Redirect string    `json:"redirect" doc:"where the browser comes back to: enter it with the client at the authorization server"`
	EndsAt   time.Time `json:"endsAt"`
}

func callback(d Deps) string { return strings.TrimSuffix(d.BaseURL, "/") + "/oauth/callback" }

func authorizeConnection(ctx context.Context, d Deps, c portal.Caller, in idIn) (Authorization, error) {
	conn, err := d.DB.Connections.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return Authorization{}, err
	}
	if c.Session.ID == "" {
		return Authorization{}, errs.New(errs.Invalid, "a browser has to come back to the session that it left: sign in to the console, an API token does not do")
	}
	state := newState()
	consent, err := d.Engine.Consent(conn.Connection, callback(d), state)
	if err != nil {
		return Authorization{}, err
	}
	ends := d.Now().Add(consentWithin)
	err = d.DB.Attempts.Add(ctx, hashState(state), store.Attempt{Org: c.Org.ID, Connection: conn.ID, Session: c.Session.ID, Sealed: consent.Sealed, EndsAt: ends})
	return Authorization{consent.URL, callback(d), ends}, err
}

// newState returns a state of 256 random bits. Only its hash is kept.
func newState() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // it never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

func hashState(state string) string {
	sum := sha256.Sum256([]byte(state))
	return hex.EncodeToString(sum[:])
}

// finishIn is what a browser brings back (RFC 6749 section 4.1.2).
type finishIn struct {
	State       string `query:"state"`
	Code        string `query:"code"`
	Error       string `query:"error"`
	Description string `query:"error_description"`
}

// goOn sends a browser on to a page of the console.
type goOn struct{ to string }

func (to goOn) answer(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Location", to.to)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusSeeOther)
	_, _ = io.WriteString(w, "Go on at "+to.to+"\n") // the status and the header say it all
}

func finishAuthorization(ctx context.Context, d Deps, c portal.Caller, in finishIn) (goOn, error) {
	if in.State == "" || c.Session.ID == "" {
		return goOn{}, errs.New(errs.Invalid, "this page is for a browser that comes back from a sign-in: begin it at a connection")
	}
	attempt, err := d.DB.Attempts.Take(ctx, c.Org.ID, c.Session.ID, hashState(in.State))
	if errs.KindOf(err) == errs.NotFound || err == nil && !d.Now().Before(attempt.EndsAt) {
		return goOn{}, errs.New(errs.Invalid, "the sign-in was not begun in this session, has ended, or was used: begin it again at the connection")
	}
	if err != nil {
		return goOn{}, err
	}
	conn, err := d.DB.Connections.Get(ctx, c.Org.ID, attempt.Connection)
	if err != nil {
		return goOn{}, err
	}
	failure := redeem(ctx, d, conn.Connection, finished{in, attempt})
	if failure == nil {
		if err := d.DB.Grants.Consented(ctx, c.Org.ID, conn.ID, c.Account.ID); err != nil {
			return goOn{}, err
		}
	}
	if failure != nil {
		conn.State, conn.Error, conn.CheckedAt = store.ConnectionFailed, failure.Error(), d.Now()
		conn.Settings = learned(conn)
		if err := d.DB.Connections.Tested(ctx, conn); err != nil {
			return goOn{}, err
		}
		d.Live.Publish(c.Org.ID, live.Message{Topic: live.Connection, ID: conn.ID})
	} else if _, err := testConnection(ctx, d, c, idIn{conn.ID}); err != nil {
		return goOn{}, err
	}
	return goOn{"/connections/" + url.PathEscape(conn.ID)}, nil
}

// finished is what a browser brought back, and what it was sent with.
type finished struct {
	finishIn

	attempt store.Attempt
}

func redeem(ctx context.Context, d Deps, conn connector.Connection, in finished) error {
	if in.Code == "" {
		return errs.New(errs.Denied, "the sign-in was refused: %.200s", cmp.Or(in.Description, in.Error, "no reason was given"))
	}
	return d.Engine.Redeem(ctx, conn, connector.Return{Code: in.Code, State: in.State, Redirect: callback(d), Sealed: in.attempt.Sealed})
}
