package onboard

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"sallyport/internal/errs"
)

// Rotation says how the key of an app is changed.
type Rotation struct {
	ClientID string
	KeyID    string // the kid of the key that is used now; empty where it is the only one
	Scopes   []string
	Key      KeyKind // of the new key
	// KeepOld leaves the old key active, for where else it is used.
	KeepOld bool
	// Soak is how long a key stays that is not active any more before it is
	// deleted, so that it can be switched on again.
	Soak time.Duration
}

// Rotated is what a rotation did.
type Rotated struct {
	Tenant      Tenant
	Key         *Key
	Deactivated string   // the kid of the old key; empty where it stays active
	Deleted     []string // kids of keys that had not been active for long
	Waiting     []string // kids of keys that are not active, and are not yet deleted
	Notes       []string
}

// Rotate gives an app another key beside the one that it has, sees that it is
// given tokens by it, and hands it to keep; then it switches the old one off. Until
// then both are good, so that nobody is locked out. Where anything fails before keep
// has it, the new key is taken back; afterwards what is left undone is a note.
func (s *Setup) Rotate(ctx context.Context, r Rotation, keep func(context.Context, *Key) error) (Rotated, error) {
	out := Rotated{}
	k := s.client()
	var err error
	if out.Tenant, err = s.look(ctx, k); err != nil {
		return out, err
	}
	keys, err := s.keysOf(ctx, k, r.ClientID)
	if err != nil {
		return out, err
	}
	old, err := currentKey(keys, r.KeyID)
	if err != nil {
		return out, err
	}
	s.tell(PhaseKey, "make a key pair")
	if out.Key, err = NewKey(r.Key); err != nil {
		return out, err
	}
	j, err := begin(s.Journal, record{Org: s.Org, Tenant: out.Tenant.ID, Begun: s.Now()})
	if err != nil {
		return out, err
	}
	if err = s.addKey(ctx, k, j, r, out.Key); err == nil {
		s.tell(PhaseKeep, "hand over")
		if err = ctx.Err(); err == nil {
			err = keep(ctx, out.Key)
		}
	}
	if err != nil {
		return out, s.back(ctx, k, j, err)
	}
	s.retire(ctx, k, r, old, keys, &out)
	return out, j.end()
}

func keysPath(clientID string) string {
	return "/api/v1/apps/" + url.PathEscape(clientID) + "/credentials/jwks"
}

// keysOf reads the keys of an app, which must be a service app.
func (s *Setup) keysOf(ctx context.Context, k *client, clientID string) ([]clientKey, error) {
	var app clientApp
	if err := k.call(ctx, http.MethodGet, "/api/v1/apps/"+url.PathEscape(clientID), nil, &app); err != nil {
		return nil, fmt.Errorf("read the app: %w", err)
	}
	if app.Settings.Client.Type != "service" {
		return nil, errs.New(errs.Invalid, "the app %q is no service app", app.Label)
	}
	var keys []clientKey
	if err := k.call(ctx, http.MethodGet, keysPath(clientID), nil, &keys); err != nil {
		return nil, fmt.Errorf("read the keys of the app: %w", err)
	}
	return keys, nil
}

// currentKey finds the key that is used now.
func currentKey(keys []clientKey, kid string) (clientKey, error) {
	active := slices.DeleteFunc(slices.Clone(keys), func(k clientKey) bool { return !k.active() || kid != "" && k.KeyID != kid })
	if len(active) != 1 {
		return clientKey{}, errs.New(errs.Conflict, "the app has %d active keys %q, so it is not known which one is to be replaced", len(active), kid)
	}
	return active[0], nil
}

// addKey gives an app another key, and waits until it is good.
func (s *Setup) addKey(ctx context.Context, k *client, j *journal, r Rotation, key *Key) error {
	s.tell(PhaseApp, "give the app the key %s", key.ID)
	if err := j.intend(entry{Kind: kindKey, App: r.ClientID, Label: key.ID, Key: key.ID}); err != nil {
		return err
	}
	var made clientKey
	if err := k.call(ctx, http.MethodPost, keysPath(r.ClientID), key.public, &made); err != nil {
		if !undecided(err) {
			if err := j.not(); err != nil {
				return err
			}
		}
		return fmt.Errorf("give the app another key: %w", err)
	}
	if err := j.made(made.ID); err != nil {
		return err
	}
	s.tell(PhaseToken, "wait until the new key is given a token")
	a, err := s.signIn(r.ClientID, key, r.Scopes)
	if err != nil {
		return err
	}
	return s.token(ctx, a)
}

// retire switches the old key off, and deletes those that have been off for long
// enough. The new one is in use: nothing of this undoes that.
func (s *Setup) retire(ctx context.Context, k *client, r Rotation, old clientKey, keys []clientKey, out *Rotated) {
	path := keysPath(r.ClientID)
	note := func(what, kid string, err error) {
		out.Notes = append(out.Notes, fmt.Sprintf("The key %s could not be %s: %v. Do it in the Admin Console, or rotate again.", kid, what, err))
	}
	if !r.KeepOld {
		s.tell(PhaseKey, "switch the old key off")
		if err := k.again(ctx, path+"/"+url.PathEscape(old.ID)+"/lifecycle/deactivate"); err != nil {
			note("switched off", old.KeyID, err)
		} else {
			out.Deactivated = old.KeyID
			out.Waiting = append(out.Waiting, old.KeyID)
		}
	}
	for _, key := range keys {
		switch {
		case key.active():
		case s.Now().Sub(key.Updated) < r.Soak:
			out.Waiting = append(out.Waiting, key.KeyID)
		default:
			s.tell(PhaseKey, "delete the key %s", key.KeyID)
			if err := k.drop(ctx, path+"/"+url.PathEscape(key.ID)); err != nil {
				note("deleted", key.KeyID, err)
				continue
			}
			out.Deleted = append(out.Deleted, key.KeyID)
		}
	}
}
