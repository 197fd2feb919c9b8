package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"time"

	"sallyport/internal/api"
	"sallyport/internal/config"
	"sallyport/internal/errs"
	"sallyport/internal/okta"
	"sallyport/internal/portal"
	"sallyport/sandbox"
)

// DemoOptions says how a demo is started.
type DemoOptions struct {
	Options
	Users int    // people in the sandbox's Okta org
	Seed  uint64 // that it is made from
}

// Demo is a server with a sandbox, seeded and ready.
type Demo struct {
	Console string `json:"console"` // URL that signs in
	API     string `json:"api"`
	Token   string `json:"token"` // for the API
	Sandbox string `json:"sandbox"`
}

// demoOrganization is the slug of the demo's organization.
const demoOrganization = "demo"

// RunDemo starts a sandbox and a server on loopback, seeds the server for the
// sandbox, calls ready, and serves until ctx ends.
func RunDemo(ctx context.Context, o DemoOptions, ready func(Demo) error) error {
	if local, err := config.Loopback(o.Config.Listen); err != nil || !local {
		return errs.New(errs.Invalid, "a demo listens on loopback only, not on %s", o.Config.Listen) // its sandbox gives its tokens to whoever asks
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	box, served, err := startSandbox(ctx, o)
	if err != nil {
		return err
	}
	defer box.Close()
	o.Config.Egress.Allow = append(o.Config.Egress.Allow, "127.0.0.0/8", "::1/128")
	state := box.State()
	if o.Config.Mail, err = demoMail(o.Config.Mail, state.Mail.URL, state.Mail.Domain); err != nil {
		cancel()
		return errors.Join(err, <-served)
	}
	o.Config.SandboxURL, o.SandboxOrg = box.State().URL, demoOrganization
	a, err := New(ctx, o.Options)
	if err != nil {
		cancel()
		return errors.Join(err, <-served)
	}
	running := make(chan error, 1)
	go func() { running <- a.Run(ctx) }()
	d, err := a.seedDemo(ctx, box)
	if err == nil {
		err = ready(d)
	}
	if err != nil {
		cancel()
	}
	return errors.Join(err, <-running, <-served)
}

// demoScale makes the sandbox's org one of the large ones, so that a rehearsal of
// many incidents at once is not slowed down by the limits of a small one.
const demoScale = 50

func startSandbox(ctx context.Context, o DemoOptions) (*sandbox.Sandbox, <-chan error, error) {
	box, err := sandbox.New(sandbox.Options{Users: o.Users, Seed: o.Seed, Log: o.Log})
	if err != nil {
		return nil, nil, fmt.Errorf("make sandbox: %w", err)
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		box.Close()
		return nil, nil, fmt.Errorf("listen for the sandbox: %w", err)
	}
	box.SetBaseURL("http://" + ln.Addr().String())
	scaled := box.Switches()
	scaled.RateScale = demoScale
	if err := box.SetSwitches(scaled); err != nil {
		box.Close()
		return nil, nil, errors.Join(err, ln.Close())
	}
	// The guard takes what leads to the machine of an Okta org for a call of Okta: the
	// tenant has to be on another.
	tenant, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		box.Close()
		return nil, nil, errors.Join(fmt.Errorf("listen for the sandbox's Auth0 tenant: %w", err), ln.Close())
	}
	box.Auth0("http://" + tenant.Addr().String())
	served := make(chan error, 1)
	go func() {
		other := make(chan error, 1)
		go func() { other <- box.ServeAuth0(ctx, tenant) }()
		served <- errors.Join(box.Serve(ctx, ln), <-other)
	}()
	return box, served, nil
}

// seedDemo fills the data folder for a sandbox, and makes a way in.
func (a *App) seedDemo(ctx context.Context, box *sandbox.Sandbox) (Demo, error) {
	s := box.State()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	org, err := a.Doors.People.EnsureOrganization(ctx, demoOrganization, "Demo")
	if err != nil {
		return Demo{}, err
	}
	admin, err := a.demoAdmin(ctx, org.ID, "demo@"+s.Okta.Domain)
	if err != nil {
		return Demo{}, err
	}
	seeded, err := a.Seed(ctx, org.ID, s)
	if err != nil {
		return Demo{}, err
	}
	box.SetInteractivity(a.Config.URL() + "/hooks/slack/" + seeded.Connect["slack"])
	events, err := a.wanted(ctx, org.ID)
	if err != nil {
		return Demo{}, err
	}
	if err := a.RegisterHook(ctx, seeded, events); err != nil {
		return Demo{}, err
	}
	a.poller.Wake()
	return a.demoWaysIn(ctx, org, admin, s)
}

// demoAdmin returns the account that the demo's link signs in, made with a
// password that nobody knows.
func (a *App) demoAdmin(ctx context.Context, org, email string) (portal.Account, error) {
	account, err := a.Doors.People.Add(ctx, org, portal.NewAccount{Email: email, Name: "Demo Admin", Password: rand.Text()}, portal.Admin)
	if errs.KindOf(err) != errs.Conflict {
		return account, err
	}
	return a.DB.Accounts.ByEmail(ctx, portal.EmailKey(email))
}

// wanted returns the event types that an event hook should send.
func (c *Core) wanted(ctx context.Context, org string) ([]any, error) {
	types, err := api.WantedEvents(ctx, c.Library, c.Rules, org)
	if err != nil {
		return nil, err
	}
	eligible, _ := okta.HookEligible(types)
	var out []any
	for _, e := range eligible {
		out = append(out, e)
	}
	return out, nil
}

func (a *App) demoWaysIn(ctx context.Context, org portal.Organization, admin portal.Account, s sandbox.State) (Demo, error) {
	link, err := a.Doors.DemoLink(ctx, org.ID, admin.ID)
	if err != nil {
		return Demo{}, err
	}
	full, _ := portal.Builtin(portal.Admin)
	caller := portal.Caller{Org: org, Account: admin, Roles: []portal.Role{full}}
	token, _, err := a.Doors.CreateToken(ctx, caller, portal.NewToken{Name: "demo", Permissions: full.Permissions})
	if err != nil {
		return Demo{}, err
	}
	return Demo{Console: a.Config.URL() + "/welcome#" + link, API: a.Config.URL() + "/api/v1", Token: token, Sandbox: s.URL}, nil
}
