package connector

import (
	"context"
	"io/fs"
	"time"

	"sallyport/internal/egress"
	"sallyport/internal/errs"
	"sallyport/internal/quota"
	"sallyport/internal/secret"
	"sallyport/internal/value"
)

// Shelf holds connectors.
type Shelf struct{}

// Load reads every connector file of folders that are laid out like content:
// connectors/NAME.yaml. A later folder's file replaces an earlier one's of the
// same name.
func Load(...fs.FS) (*Shelf, error) { return &Shelf{}, nil }

// Get returns the connector of an ID.
func (s *Shelf) Get(id string) (*Connector, bool) { return nil, false }

// All returns the connectors, in order of their IDs.
func (s *Shelf) All() []*Connector { return nil }

// Options are what an [Engine] works with.
type Options struct {
	Shelf   *Shelf
	Keyring *secret.Keyring
	Egress  *egress.Egress
	Quota   *quota.Registry
	Now     func() time.Time // nil is [time.Now]
}

// Engine carries out actions.
type Engine struct{}

// NewEngine returns an engine.
func NewEngine(Options) *Engine { return &Engine{} }

// Do carries a call out. Every error is an [*Error].
func (e *Engine) Do(context.Context, Connection, Call) (Result, error) {
	return Result{}, errs.New(errs.Internal, "not yet")
}

// Preview returns what [Engine.Do] would send first, with every secret masked.
func (e *Engine) Preview(Connection, Call) (Request, error) {
	return Request{}, errs.New(errs.Internal, "not yet")
}

// Test tries a connection out.
func (e *Engine) Test(context.Context, Connection) (Report, error) {
	return Report{}, errs.New(errs.Internal, "not yet")
}

// Normalize checks the settings of a connection and returns them as they are
// to be kept: defaults filled in, texts such as an Okta domain in one form.
func (e *Engine) Normalize(Connection) (*value.Object, error) {
	return nil, errs.New(errs.Internal, "not yet")
}

// Seal returns the connection's secrets sealed, with changes over those that
// it has already. An empty text removes one.
func (e *Engine) Seal(Connection, map[string]secret.Text) ([]byte, error) {
	return nil, errs.New(errs.Internal, "not yet")
}

// Entities returns what a call touches.
func (a *Action) Entities(inputs *value.Object) []Entity { return nil }

// Reverse returns the call that undoes a call of a, if there is one.
func (a *Action) Reverse(inputs, outputs *value.Object) (Call, bool) { return Call{}, false }
