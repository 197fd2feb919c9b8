package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/connector/draft"
	"sallyport/internal/errs"
	"sallyport/internal/portal"
	"sallyport/internal/store"
)

var (
	_ = add("POST /api/v1/connectors", portal.ConnectionsWrite, doc{
		Summary: "Make a connector", Help: "For this organization alone. Of a draft or of a connector file; what is wrong with it is told with its lines.", Status: http.StatusCreated,
	}, createConnector)
	_ = add("GET /api/v1/connectors/{id}/file", portal.ConnectionsRead, doc{Summary: "The file of a connector that the organization has made"}, getConnectorFile)
	_ = add("PUT /api/v1/connectors/{id}/file", portal.ConnectionsWrite, doc{
		Summary: "Change a connector that the organization has made", Help: "Flows and connections of it go on with what it says now. It is a conflict where somebody has changed it since.",
	}, putConnectorFile)
	_ = add("DELETE /api/v1/connectors/{id}", portal.ConnectionsWrite, doc{Summary: "Delete a connector that the organization has made", Help: "One that connections are made of is not deleted."}, deleteConnector)
	_ = add("POST /api/v1/connector-drafts/check", portal.ConnectionsWrite, doc{Summary: "Look what is wrong with a draft or a connector file", Help: "Nothing is kept."}, checkConnector)
	_ = add("POST /api/v1/connector-drafts/curl", portal.ConnectionsWrite, doc{
		Summary: "Make a call of a curl command", Help: "Its parts become inputs. Secrets in it are in no part of the call: they are returned apart, for a connection, and kept nowhere.",
	}, draftOfCurl)
	_ = add("POST /api/v1/connector-drafts/openapi", portal.ConnectionsWrite, doc{
		Summary: "Make a draft of an OpenAPI document", Help: "The body is the document, of version 3 or 2, JSON or YAML, 16 MB at most. Every operation is a call: keep those that are wanted.", Max: draft.MaxDocument, Long: true,
	}, draftOfOpenAPI)
)

// ConnectorFile is a connector that an organization has made itself.
type ConnectorFile struct {
	ID        string       `json:"id"`
	YAML      string       `json:"yaml"`
	Draft     *draft.Draft `json:"draft,omitempty" doc:"not there where the file says what no form shows"`
	Problems  []string     `json:"problems" doc:"what is wrong with it; flows and connections see none that has any"`
	CreatedAt time.Time    `json:"createdAt"`
	UpdatedAt time.Time    `json:"updatedAt"`
}

// CheckedConnector is a connector file, and what is wrong with it.
type CheckedConnector struct {
	YAML     string       `json:"yaml"`
	Draft    *draft.Draft `json:"draft,omitempty" doc:"not there where the file says what no form shows"`
	Problems []string     `json:"problems"`
}

// writtenConnector is a connector as somebody gives it.
type writtenConnector struct {
	Draft *draft.Draft `json:"draft,omitempty" doc:"this or yaml"`
	YAML  string       `json:"yaml,omitempty" max:"1000000"`
}

// text returns the connector file.
func (w writtenConnector) text(id string) (string, error) {
	switch {
	case w.Draft != nil && w.YAML != "":
		return "", badField("yaml", "give a draft or a file, not both")
	case w.Draft != nil:
		return w.Draft.YAML(id)
	}
	return w.YAML, nil
}

// parsed returns the connector file, which compiles.
func (w writtenConnector) parsed(id string) (string, error) {
	text, err := w.text(id)
	if err == nil {
		_, err = connector.ParseOwn(id, text)
	}
	if err != nil {
		name := "yaml"
		if w.Draft != nil {
			name = "draft"
		}
		return "", badField(name, "%s", strings.Join(faults(err), "\n"))
	}
	return text, nil
}

// faults are the parts of an error that were joined, as people read them.
func faults(err error) []string {
	if err == nil {
		return []string{}
	}
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		return []string{errs.Message(err)}
	}
	var out []string
	for _, e := range joined.Unwrap() {
		out = append(out, faults(e)...)
	}
	return out
}

func showFile(f store.ConnectorFile) ConnectorFile {
	out := ConnectorFile{ID: f.ID, YAML: f.Text, CreatedAt: f.CreatedAt, UpdatedAt: f.UpdatedAt}
	_, err := connector.ParseOwn(f.ID, f.Text)
	out.Problems = faults(err)
	if d, ok := draft.Of(f.Text); ok {
		out.Draft = &d
	}
	return out
}

type createConnectorIn struct {
	writtenConnector

	ID string `json:"id" min:"5" max:"60" doc:"begins with own_; flows name it so"`
}

func createConnector(ctx context.Context, d Deps, c portal.Caller, in createConnectorIn) (ConnectorFile, error) {
	text, err := in.parsed(in.ID)
	if err != nil {
		return ConnectorFile{}, err
	}
	if err := d.DB.Connectors.Add(ctx, store.ConnectorFile{Org: c.Org.ID, ID: in.ID, Text: text}); err != nil {
		return ConnectorFile{}, err
	}
	return savedFile(ctx, d, c, in.ID)
}

// savedFile has the shelf read a file anew, and shows it.
func savedFile(ctx context.Context, d Deps, c portal.Caller, id string) (ConnectorFile, error) {
	d.Shelf.Changed(c.Org.ID)
	return getConnectorFile(ctx, d, c, idIn{id})
}

func getConnectorFile(ctx context.Context, d Deps, c portal.Caller, in idIn) (ConnectorFile, error) {
	f, err := d.DB.Connectors.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return ConnectorFile{}, err
	}
	return showFile(f), nil
}

type putConnectorIn struct {
	writtenConnector

	ID        string    `path:"id"`
	UpdatedAt time.Time `json:"updatedAt" doc:"as it was read"`
}

func putConnectorFile(ctx context.Context, d Deps, c portal.Caller, in putConnectorIn) (ConnectorFile, error) {
	text, err := in.parsed(in.ID)
	if err != nil {
		return ConnectorFile{}, err
	}
	if err := mayLeadElsewhere(ctx, d, c, in.ID, text); err != nil {
		return ConnectorFile{}, err
	}
	if err := d.DB.Connectors.Set(ctx, store.ConnectorFile{Org: c.Org.ID, ID: in.ID, Text: text, UpdatedAt: in.UpdatedAt}); err != nil {
		return ConnectorFile{}, err
	}
	return savedFile(ctx, d, c, in.ID)
}

func deleteConnector(ctx context.Context, d Deps, c portal.Caller, in idIn) (none, error) {
	if err := d.DB.Connectors.Remove(ctx, c.Org.ID, in.ID); err != nil {
		return none{}, err
	}
	d.Shelf.Changed(c.Org.ID)
	return none{}, nil
}

type checkConnectorIn struct {
	writtenConnector

	ID string `json:"id" min:"5" max:"60"`
}

func checkConnector(_ context.Context, _ Deps, _ portal.Caller, in checkConnectorIn) (CheckedConnector, error) {
	text, err := in.text(in.ID)
	if err == nil {
		_, err = connector.ParseOwn(in.ID, text)
	}
	out := CheckedConnector{YAML: text, Problems: faults(err)}
	if made, ok := draft.Of(text); ok {
		out.Draft = &made
	}
	return out, nil
}

// DraftedCall is a call made of an example.
type DraftedCall struct {
	BaseURL string            `json:"baseUrl"`
	Auth    draft.Way         `json:"auth"`
	Call    draft.Call        `json:"call"`
	More    []string          `json:"more" doc:"further secrets that the draft must have, by name"`
	Secrets map[string]string `json:"secrets" doc:"those that were in the example, by the name of a connection's secret"`
	Notes   []string          `json:"notes" doc:"what was left out, and why"`
}

type draftOfCurlIn struct {
	Command string `json:"command" min:"1" max:"262144"`
}

func draftOfCurl(_ context.Context, _ Deps, _ portal.Caller, in draftOfCurlIn) (DraftedCall, error) {
	ex, err := draft.Curl(in.Command)
	if err != nil {
		return DraftedCall{}, &field{"command", err}
	}
	if ex.Auth.Kind == "" {
		ex.Auth.Kind = connector.None
	}
	return DraftedCall{ex.BaseURL, ex.Auth, ex.Call, orNone(ex.More), ex.Secrets, orNone(ex.Notes)}, nil
}

func orNone(list []string) []string { return append([]string{}, list...) }

// DraftedConnector is a draft made of an OpenAPI document.
type DraftedConnector struct {
	Draft draft.Draft `json:"draft" doc:"with a call for each operation"`
	Notes []string    `json:"notes" doc:"what was left out, and why"`
}

type draftOfOpenAPIIn struct{ Document upload }

func draftOfOpenAPI(_ context.Context, _ Deps, _ portal.Caller, in draftOfOpenAPIIn) (DraftedConnector, error) {
	text, err := io.ReadAll(in.Document)
	if err != nil {
		return DraftedConnector{}, bodyError(err)
	}
	d, notes, err := draft.OpenAPI(text)
	return DraftedConnector{d, orNone(notes)}, err
}

// mayLeadElsewhere refuses to change where the secrets of connections go:
// whoever changes that deletes them first, and enters them again. Otherwise it
// would be a way to read them.
func mayLeadElsewhere(ctx context.Context, d Deps, c portal.Caller, id, text string) error {
	conns, err := d.DB.Connections.List(ctx, c.Org.ID)
	if err != nil {
		return err
	}
	holds := slices.ContainsFunc(conns, func(conn store.Connection) bool { return conn.Connector == id && len(conn.Secrets) > 0 })
	before, err := d.DB.Connectors.Get(ctx, c.Org.ID, id)
	if err != nil || !holds {
		return err
	}
	if to := connector.LeadsElsewhere(before.Text, text); to != "" {
		return errs.New(errs.Conflict, "connections hold secrets for it, and with %.200s they would go elsewhere: delete those connections first", to)
	}
	return nil
}
