package scim

import (
	"context"
	"net/http"
	"strings"

	"sallyport/internal/scim/document"
	"sallyport/internal/scim/schema"
	"sallyport/internal/value"
)

// projection reads the attributes that the client wants to see.
func (h *handler) projection(kind Kind, p params) (document.Projection, error) {
	return document.Project(h.server.resources.of(kind), p.list("attributes"), p.list("excludedAttributes"))
}

// related is the attribute of a kind that its memberships are in.
func related(kind Kind) string {
	if kind == Group {
		return "members"
	}
	return "groups"
}

// shown is an answer with a record in it.
func (h *handler) shown(status int, r Record, p document.Projection) answer {
	return answer{status: status, tag: tag(r), body: p.Of(h.server.resources.of(r.Kind), h.render(r))}
}

func (h *handler) get(ctx context.Context, ref Ref, req request) (answer, error) {
	p, err := h.projection(ref.Kind, req.params)
	if err != nil {
		return answer{}, err
	}
	r, err := h.dir.Find(ctx, ref, p.Shows(related(ref.Kind)))
	if err != nil {
		return answer{}, err
	}
	if req.ifNone != "" && unchanged(req.ifNone, r) {
		return answer{status: http.StatusNotModified, tag: tag(r)}, nil
	}
	return h.shown(http.StatusOK, r, p), nil
}

func (h *handler) create(ctx context.Context, kind Kind, req request) (answer, error) {
	p, err := h.projection(kind, req.params)
	if err != nil {
		return answer{}, err
	}
	edit, _, err := h.asked(kind, req.body)
	if err != nil {
		return answer{}, err
	}
	if kind == User && edit.Document.At("active") == nil {
		edit.Document = edit.Document.With("active", true)
	}
	r, err := h.dir.Create(ctx, kind, edit)
	if err != nil {
		return answer{}, err
	}
	a := h.shown(http.StatusCreated, r, p)
	a.location = h.location(r.Ref)
	return a, nil
}

// asked returns what a POST or PUT wants a record to be, and whether it speaks
// of members at all.
func (h *handler) asked(kind Kind, body *value.Object) (Edit, bool, error) {
	res := h.server.resources.of(kind)
	doc, err := document.Normalize(res, body)
	if err == nil {
		err = document.Missing(res, doc)
	}
	if err != nil || kind == User {
		return Edit{Document: doc}, false, err
	}
	doc, list, err := takeMembers(doc)
	key, _ := document.Field(body, "members")
	_, named := body.Get(key)
	return Edit{Document: doc, Members: Delta{Clear: true, Add: list}}, named || len(list) > 0, err
}

// put replaces a document. A group's members stay if the client does not name
// them, and so does whether a user is active: a client that says nothing of it
// must not let anybody back in.
func (h *handler) put(ctx context.Context, ref Ref, req request) (answer, error) {
	p, err := h.projection(ref.Kind, req.params)
	if err != nil {
		return answer{}, err
	}
	edit, named, err := h.asked(ref.Kind, req.body)
	if err != nil {
		return answer{}, err
	}
	if !named {
		edit.Members = Delta{}
	}
	r, err := h.dir.Change(ctx, ref, p.Shows(related(ref.Kind)), func(old Record) (Edit, error) {
		if err := unmodified(req.ifMatch, old); err != nil {
			return Edit{}, err
		}
		return different(old, edit), nil
	})
	if err != nil {
		return answer{}, err
	}
	return h.shown(http.StatusOK, r, p), nil
}

// patch changes a document. The answer has no body, which Okta, Entra ID and
// the tests of both take, unless the client chooses attributes (RFC 7644
// section 3.5.2).
func (h *handler) patch(ctx context.Context, ref Ref, req request) (answer, error) {
	p, err := h.projection(ref.Kind, req.params)
	if err != nil {
		return answer{}, err
	}
	res := h.server.resources.of(ref.Kind)
	ops, err := document.ParsePatch(res, req.body)
	if err != nil {
		return answer{}, err
	}
	var members []document.Operation
	if ref.Kind == Group {
		members, ops = splitMembers(res, ops)
	}
	want := p.Chosen() && p.Shows(related(ref.Kind)) || asksMembers(members)
	r, err := h.dir.Change(ctx, ref, want, func(old Record) (Edit, error) {
		if err := unmodified(req.ifMatch, old); err != nil {
			return Edit{}, err
		}
		return h.patched(res, old, ops, members)
	})
	if err != nil {
		return answer{}, err
	}
	if !p.Chosen() {
		return answer{status: http.StatusNoContent, tag: tag(r)}, nil
	}
	return h.shown(http.StatusOK, r, p), nil
}

// patched returns what the operations make of a record.
func (h *handler) patched(res *schema.Resource, old Record, ops, members []document.Operation) (Edit, error) {
	doc, err := document.Patch(res, old.Document, ops)
	if err != nil {
		return Edit{}, err
	}
	delta, err := h.membersDelta(members, old)
	if err != nil {
		return Edit{}, err
	}
	return different(old, Edit{Document: doc, Members: delta}), nil
}

// different leaves out of an edit a document that is the one there is. A user
// of whom the new one does not say whether it is active stays as it is.
func different(old Record, e Edit) Edit {
	if now := old.Document.At("active"); old.Kind == User && e.Document.At("active") == nil && now != nil {
		e.Document = e.Document.With("active", now)
	}
	if value.Equal(old.Document, e.Document) {
		e.Document = nil
	}
	return e
}

// posted answers POST …/.search, whose body holds the parameters (RFC 7644
// section 3.4.3).
func (h *handler) posted(ctx context.Context, kinds []Kind, req request) (answer, error) {
	if err := allow(req, http.MethodPost); err != nil {
		return answer{}, err
	}
	p := params{}
	for k, v := range req.body.All() {
		list, isList := v.([]any)
		if !isList {
			list = []any{v}
		}
		k = strings.ToLower(k)
		for _, v := range list {
			if v != nil || k == "cursor" {
				p[k] = append(p[k], value.String(v))
			}
		}
	}
	delete(p, "schemas")
	return h.search(ctx, kinds, p)
}
