// Package app puts the program together: everything is built here once, and
// nothing else knows everything. Commands and tests start it the same way; it
// reads no flags, no environment and no signals.
package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"sallyport/content"
	"sallyport/internal/alert"
	"sallyport/internal/ask"
	"sallyport/internal/ask/lite"
	"sallyport/internal/breach"
	"sallyport/internal/config"
	"sallyport/internal/connector"
	"sallyport/internal/egress"
	"sallyport/internal/errs"
	"sallyport/internal/exchange"
	"sallyport/internal/flow"
	"sallyport/internal/functions"
	"sallyport/internal/guard"
	"sallyport/internal/pipeline"
	"sallyport/internal/posture"
	"sallyport/internal/quota"
	"sallyport/internal/remedy"
	"sallyport/internal/rule"
	"sallyport/internal/secret"
	"sallyport/internal/store"
	"sallyport/internal/template"
	"sallyport/internal/trace"
)

// Options is what the program is built from.
type Options struct {
	Config  config.Config
	Version string
	Log     *slog.Logger
	Now     func() time.Time // nil is [time.Now]
	Traces  trace.Options    // where traces are sent; nowhere where it names no URL
	// SandboxOrg is the slug of the organization that the sandbox is for; empty is
	// the default one.
	SandboxOrg string
	// Content is what [LoadContent] gave for the same configuration, so that it is
	// read once for several; nil reads it.
	Content *Content
}

// Content is what is read from files: those of the program, and those of the
// folders of the configuration.
type Content struct {
	Shelf     *connector.Shelf
	Catalogue *flow.Catalogue
	Playbooks *remedy.Shelf
	Rules     []rule.File // of the packs
	Packs     []rule.Source
	// Templates and Checks are read when they are first asked for: most commands
	// need neither, and would take twice as long to begin.
	Templates func() (*template.Shelf, error)
	Checks    func() ([]*posture.Check, error)
}

// LoadContent reads what the configuration names.
func LoadContent(conf config.Config) (*Content, error) {
	if err := contentDirs(conf); err != nil {
		return nil, err
	}
	contents := []fs.FS{content.FS}
	for _, dir := range conf.ContentDirs {
		contents = append(contents, os.DirFS(filepath.Clean(dir)))
	}
	shelf, err := connector.LoadSound(contents...)
	if err != nil {
		return nil, fmt.Errorf("load connectors: %w", err)
	}
	out := &Content{Shelf: shelf, Catalogue: flow.NewCatalogue(functions.All(), shelf)}
	out.Templates = sync.OnceValues(func() (*template.Shelf, error) {
		templates, err := template.Load(out.Catalogue, contents...)
		if err != nil {
			return nil, fmt.Errorf("load templates: %w", err)
		}
		return templates, nil
	})
	out.Checks = sync.OnceValues(func() ([]*posture.Check, error) {
		checks, err := loadChecks(conf)
		if err != nil {
			return nil, fmt.Errorf("load posture checks: %w", err)
		}
		return checks, nil
	})
	okta, ok := shelf.Get(remedy.System)
	if !ok {
		return nil, errs.New(errs.Invalid, "load playbooks: there is no connector %q", remedy.System)
	}
	if out.Playbooks, err = remedy.Load(okta, contents...); err != nil {
		return nil, fmt.Errorf("load playbooks: %w", err)
	}
	if out.Rules, out.Packs, err = loadRules(conf); err != nil {
		return nil, fmt.Errorf("load rules: %w", err)
	}
	return out, nil
}

// contentDirs looks whether the content folders are there.
func contentDirs(conf config.Config) error {
	for _, dir := range conf.ContentDirs {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return errs.New(errs.Invalid, "content_dirs: there is no folder %s", dir)
		}
	}
	return nil
}

// loadChecks reads the posture checks that are built in, and those of the content
// folders.
func loadChecks(conf config.Config) ([]*posture.Check, error) {
	builtIn, err := posture.BuiltIn()
	if err != nil {
		return nil, err
	}
	out, err := posture.Load(builtIn)
	if err != nil {
		return nil, err
	}
	for _, dir := range conf.ContentDirs {
		of := filepath.Join(dir, posture.Folder)
		if info, err := os.Stat(of); err != nil || !info.IsDir() {
			continue
		}
		own, err := posture.Load(os.DirFS(of))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", of, err)
		}
		for _, c := range own {
			if slices.ContainsFunc(out, func(x *posture.Check) bool { return x.ID == c.ID }) {
				return nil, errs.New(errs.Invalid, "%s: there is a check %s already", filepath.Join(of, c.File), c.ID)
			}
		}
		out = append(out, own...)
	}
	return out, nil
}

// loadRules reads the packs of rules: the one that is built in, those of the
// content folders, and the folders that hold nothing else.
func loadRules(conf config.Config) ([]rule.File, []rule.Source, error) {
	builtIn, err := rule.BuiltIn()
	if err != nil {
		return nil, nil, err
	}
	sources := []rule.Source{builtIn}
	for _, dir := range conf.ContentDirs {
		if info, err := os.Stat(filepath.Join(dir, rule.Folder)); err == nil && info.IsDir() {
			sources = append(sources, rule.Source{Name: filepath.Base(filepath.Clean(dir)), FS: os.DirFS(filepath.Join(dir, rule.Folder))})
		}
	}
	for _, dir := range conf.RuleDirs {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return nil, nil, errs.New(errs.Invalid, "rule_dirs: there is no folder %s", dir)
		}
		sources = append(sources, rule.Source{Name: filepath.Base(filepath.Clean(dir)), FS: os.DirFS(filepath.Clean(dir))})
	}
	var out []rule.File
	for _, s := range sources {
		files, err := s.Read()
		if err != nil {
			return nil, nil, err
		}
		out = append(out, slices.DeleteFunc(files, func(f rule.File) bool { return f.Foreign })...)
	}
	return out, sources, nil
}

// Base is the database and the keys: what commands need that are about people, and
// about data as a whole. It is open in a third of the time that a [Core] takes.
type Base struct {
	Config   config.Config
	Version  string
	Log      *slog.Logger
	Now      func() time.Time
	DB       *store.DB
	Keys     *secret.Keyring
	Breached *breach.List // nil where the configuration names none
}

// OpenBase makes the data folder, and opens the key file, the database and the list
// of breached passwords. Close it.
func OpenBase(ctx context.Context, o Options) (*Base, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	b := &Base{Config: o.Config, Version: o.Version, Log: o.Log, Now: o.Now}
	if err := contentDirs(b.Config); err != nil { // a mistake of the configuration is told by every command
		return nil, err
	}
	if err := os.MkdirAll(b.Config.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	var err error
	if b.Keys, err = secret.Open(b.Config.Key()); err != nil {
		return nil, err
	}
	if b.DB, err = store.Open(ctx, store.Options{DSN: b.Config.DSN(), Log: b.Log, Now: b.Now, Keys: b.Keys}); err != nil {
		return nil, err
	}
	if name := b.Config.Password.BreachList; name != "" {
		if b.Breached, err = breach.Open(name); err != nil {
			return nil, errors.Join(fmt.Errorf("password.breach_list: %w", err), b.DB.Close())
		}
	}
	return b, nil
}

// Close closes the database, and the list of breached passwords.
func (c *Base) Close() error {
	err := c.DB.Close()
	if c.Breached != nil {
		err = errors.Join(err, c.Breached.Close())
	}
	return err
}

// Core is everything but what listens and works: what commands need that do
// something with the database and end.
type Core struct {
	Base

	Shelf     *connector.Shelf
	Egress    *egress.Egress
	Quota     *quota.Registry // the rate limits that Engine keeps to
	Engine    *connector.Engine
	Catalogue *flow.Catalogue
	Library   *flow.Library
	Templates func() (*template.Shelf, error)  // as in [Content]
	Checks    func() ([]*posture.Check, error) // likewise
	Exchange  *exchange.Desk
	Guard     *guard.Guard
	Remedies  *remedy.Engine
	Rules     *alert.Library
	Ask       *ask.Engine
	Pipeline  *pipeline.Pipeline[*store.Batch]
	Tracer    *trace.Tracer // nil where nobody collects traces
}

// OpenCore opens the database and builds everything on it. Close it.
func OpenCore(ctx context.Context, o Options) (*Core, error) {
	base, err := OpenBase(ctx, o)
	if err != nil {
		return nil, err
	}
	c := &Core{Base: *base}
	o.Traces.Version, o.Traces.Log = o.Version, o.Log
	if c.Tracer, err = trace.New(ctx, o.Traces); err != nil {
		return nil, errors.Join(err, base.Close())
	}
	if err := c.build(o); err != nil {
		return nil, errors.Join(err, base.Close())
	}
	return c, nil
}

func (c *Core) build(o Options) error {
	networks, err := c.Config.Networks()
	if err != nil {
		return err
	}
	var proxy *url.URL
	if !c.Config.Egress.Proxy.Empty() {
		if proxy, err = url.Parse(c.Config.Egress.Proxy.Reveal()); err != nil {
			return errors.New("egress.proxy is no URL") // the error would hold its password
		}
	}
	if o.Content == nil {
		if o.Content, err = LoadContent(c.Config); err != nil {
			return err
		}
	}
	c.Shelf, c.Templates = o.Content.Shelf.WithOwn(c.DB.Connectors, c.Now), o.Content.Templates
	c.Checks = o.Content.Checks
	c.Catalogue = flow.NewCatalogue(functions.All(), c.Shelf)
	c.Egress = egress.New(egress.Options{Allow: networks, Proxy: proxy})
	c.Quota = quota.NewRegistry(quota.Options{Now: c.Now})
	c.Engine = connector.NewEngine(connector.Options{
		Shelf: c.Shelf, Keyring: c.Keys, Egress: c.Egress, Quota: c.Quota, Grants: c.DB.Grants, Now: c.Now,
	})
	c.Library = &flow.Library{Shelf: c.DB.Flows}
	c.Exchange = &exchange.Desk{DB: c.DB, Shelf: c.Shelf, Catalogue: c.Catalogue, Now: c.Now}
	c.Guard = &guard.Guard{Ledger: c.DB.Actions, Tenants: c.DB.Connections, Directory: &guard.Directory{Caller: c.Engine, Now: c.Now}, Caller: c.Engine, Log: c.Log, Now: c.Now}
	c.Remedies = c.newRemedies(o.Content.Playbooks)
	c.Rules = &alert.Library{Shelf: c.DB.Rules, Packs: o.Content.Rules, Sources: o.Content.Packs, Log: c.Log}
	if os.Getenv("TMPDIR") == "" && os.Getenv("SQLITE_TMPDIR") == "" { // the data folder may be all that can be written to
		if err := lite.KeepFilesIn(c.Config.DataDir); err != nil {
			return err
		}
	}
	c.Ask = ask.New(c.DB.Asked(), c.Now, c.Log)
	c.Pipeline = &pipeline.Pipeline[*store.Batch]{Store: c.DB.Sources, Rules: c.Rules, Library: c.Library, Tracer: c.Tracer, Now: c.Now, Log: c.Log}
	return nil
}

// Close closes the databases, and the list of breached passwords.
func (c *Core) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), lastTraces)
	defer cancel()
	return errors.Join(c.Tracer.Close(ctx), c.Ask.Close(), c.Base.Close())
}

// lastTraces is how long the last traces may take to be sent.
const lastTraces = 3 * time.Second

// address is where HTTP requests start a flow of an organization.
func (c *Core) address(org, flowID string) string {
	return c.Config.URL() + "/api/flows/" + org + "/" + flowID
}
