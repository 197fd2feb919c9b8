package onboard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// undo takes back what a journal holds, the last first, and ends the journal. What
// cannot be taken back stays in it, and is what the error names; the rest is taken
// back all the same.
func undo(ctx context.Context, k *client, j *journal) error {
	var failed error
	left := []entry{}
	gone := map[string]bool{} // apps, with all that was theirs
	all := slices.Clone(j.record.Entries)
	for i, e := range slices.Backward(all) {
		if err := k.remove(ctx, e); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%v: %w", e, err))
			left = append(left, e)
		} else {
			k.told("took back the " + e.String())
			if e.Kind == kindApp {
				gone[e.ID] = true
			}
		}
		j.record.Entries = append(slices.Clone(all[:i]), reversed(left)...)
		failed = errors.Join(failed, j.save())
	}
	left = slices.DeleteFunc(left, func(e entry) bool { return gone[e.App] && (e.Kind == kindGrant || e.Kind == kindRole) })
	if len(left) > 0 {
		return failed
	}
	return j.end()
}

func reversed(es []entry) []entry {
	out := slices.Clone(es)
	slices.Reverse(out)
	return out
}

// remove takes one thing back. That it is not there is as good.
func (c *client) remove(ctx context.Context, e entry) error {
	app, client := "/api/v1/apps/"+url.PathEscape(e.App), "/oauth2/v1/clients/"+url.PathEscape(e.App)
	switch e.Kind {
	case kindApp:
		return c.removeApp(ctx, e)
	case kindKey:
		return c.removeKey(ctx, e)
	case kindNetwork:
		return c.restoreNetwork(ctx, e)
	case kindGrant:
		if e.ID == "" { // it goes with the app
			return nil
		}
		return c.drop(ctx, app+"/grants/"+url.PathEscape(e.ID))
	case kindRole:
		return c.removeRole(ctx, client+"/roles", e)
	case kindCustomRole: // by its label where the id is not known
		return c.drop(ctx, "/api/v1/iam/roles/"+url.PathEscape(either(e.ID, e.Label)))
	case kindResourceSet:
		return c.drop(ctx, "/api/v1/iam/resource-sets/"+url.PathEscape(either(e.ID, e.Label)))
	}
	return fmt.Errorf("%q is nothing that is known how to take back", e.Kind)
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (c *client) drop(ctx context.Context, path string) error {
	if err := c.call(ctx, http.MethodDelete, path, nil, nil); err != nil && !isStatus(err, http.StatusNotFound) {
		return err
	}
	return nil
}

// removeRole takes a role from an app; all of them where it is not known which.
func (c *client) removeRole(ctx context.Context, path string, e entry) error {
	has := []assigned{{ID: e.ID}}
	if e.ID == "" {
		if err := c.call(ctx, http.MethodGet, path, nil, &has); err != nil {
			if isStatus(err, http.StatusNotFound) {
				return nil
			}
			return err
		}
	}
	for _, a := range has {
		if err := c.drop(ctx, path+"/"+url.PathEscape(a.ID)); err != nil {
			return err
		}
	}
	return nil
}

// removeApp deletes an app, which must not be active.
func (c *client) removeApp(ctx context.Context, e entry) error {
	id := e.ID
	if id == "" {
		var err error
		if id, err = c.findApp(ctx, e); err != nil || id == "" {
			return err
		}
	}
	path := "/api/v1/apps/" + url.PathEscape(id)
	if err := c.again(ctx, path+"/lifecycle/deactivate"); err != nil && !isStatus(err, http.StatusNotFound) {
		return err
	}
	return c.drop(ctx, path)
}

// again makes a POST that may be made again where no answer came.
func (c *client) again(ctx context.Context, path string) error {
	var err error
	for try := range maxTries {
		if err = c.call(ctx, http.MethodPost, path, nil, nil); err == nil || !undecided(err) {
			return err
		}
		if try+1 < maxTries {
			if err := c.pause(ctx, time.Duration(try+1)*time.Second); err != nil {
				return err
			}
		}
	}
	return err
}

// findTries is how often is looked for what may have been made: what Okta has just
// made may not be found at once.
const findTries = 3

// findApp looks for an app that may have been made. Its key says that it is ours,
// not its label.
func (c *client) findApp(ctx context.Context, e entry) (string, error) {
	for try := range findTries {
		if try > 0 {
			if err := c.pause(ctx, 2*time.Second); err != nil {
				return "", err
			}
		}
		var all []clientApp
		if err := c.call(ctx, http.MethodGet, "/api/v1/apps?limit=200&q="+url.QueryEscape(e.Label), nil, &all); err != nil {
			return "", err
		}
		for _, a := range all {
			if slices.ContainsFunc(a.Settings.Client.Keys.Keys, func(k clientKey) bool { return k.KeyID == e.Key }) {
				return a.ID, nil
			}
		}
	}
	return "", nil
}

// clientApp is what is read of an app.
type clientApp struct {
	ID       string `json:"id"`
	Label    string `json:"label"`
	Status   string `json:"status"`
	Settings struct {
		Client struct {
			Type string `json:"application_type"`
			Keys struct {
				Keys []clientKey `json:"keys"`
			} `json:"jwks"`
		} `json:"oauthClient"`
	} `json:"settings"`
}

// clientKey is what is read of a key of an app.
type clientKey struct {
	ID      string    `json:"id"`
	KeyID   string    `json:"kid"`
	Status  string    `json:"status"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"lastUpdated"`
}

func (k clientKey) active() bool { return strings.EqualFold(k.Status, "ACTIVE") }

// removeKey takes a key from an app: only one that is not active can be deleted.
func (c *client) removeKey(ctx context.Context, e entry) error {
	path := "/api/v1/apps/" + url.PathEscape(e.App) + "/credentials/jwks"
	var keys []clientKey
	if err := c.call(ctx, http.MethodGet, path, nil, &keys); err != nil {
		return err
	}
	for _, k := range keys {
		if k.KeyID != e.Key {
			continue
		}
		one := path + "/" + url.PathEscape(k.ID)
		if k.active() {
			if err := c.again(ctx, one+"/lifecycle/deactivate"); err != nil && !isStatus(err, http.StatusNotFound) {
				return err
			}
		}
		return c.drop(ctx, one)
	}
	return nil
}
