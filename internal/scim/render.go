package scim

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sallyport/internal/scim/fault"
	"sallyport/internal/scim/schema"
	"sallyport/internal/value"
)

func coreURN(kind Kind) string {
	if kind == Group {
		return schema.GroupURN
	}
	return schema.UserURN
}

// render returns the document of a record as clients see it.
func (h *handler) render(r Record) *value.Object {
	out := value.NewObject(r.Document.Len() + 3)
	out.Set("schemas", r.Document.At("schemas"))
	out.Set("id", r.ID)
	for k, v := range r.Document.All() {
		if k != "schemas" {
			out.Set(k, v)
		}
	}
	if list := h.related(r); len(list) > 0 {
		if r.Kind == Group {
			out.Set("members", list)
		} else {
			out.Set("groups", list)
		}
	}
	out.Set("meta", value.Map(
		"resourceType", string(r.Kind), "created", stamp(r.Created), "lastModified", stamp(r.Modified),
		"location", h.location(r.Ref), "version", tag(r)))
	return out
}

func (h *handler) related(r Record) []any {
	list := make([]any, 0, len(r.Related))
	for _, m := range r.Related {
		o := value.NewObject(4)
		o.Set("value", m.ID)
		o.Set("$ref", h.location(m.Ref))
		if m.Display != "" {
			o.Set("display", m.Display)
		}
		if r.Kind == Group {
			o.Set("type", string(m.Kind))
		} else {
			o.Set("type", "direct")
		}
		list = append(list, o)
	}
	return list
}

func (h *handler) location(ref Ref) string { return h.base + "/" + string(ref.Kind) + "s/" + ref.ID }

func stamp(t time.Time) string { return string(appendStamp(nil, t)) }

// tag returns the entity tag of a record: its version and, since a user's
// groups are no part of that, a sum of those.
func tag(r Record) string {
	if r.Kind == Group || len(r.Related) == 0 {
		return `W/"` + strconv.FormatInt(r.Version, 10) + `"`
	}
	sum := fnv.New32a()
	for _, m := range r.Related {
		_, _ = fmt.Fprintf(sum, "%q%q", m.ID, m.Display)
	}
	return fmt.Sprintf(`W/"%d-%x"`, r.Version, sum.Sum32())
}

// unchanged reports whether If-None-Match names the record as it is.
func unchanged(header string, r Record) bool {
	for t := range strings.SplitSeq(header, ",") {
		if t = strings.TrimSpace(t); t == "*" || weak(t) != "" && weak(t) == weak(tag(r)) {
			return true
		}
	}
	return false
}

// unmodified returns a 412 fault where If-Match names another version of the
// record. What a writer could overwrite is the version, so groups do not count.
func unmodified(header string, r Record) error {
	if strings.TrimSpace(header) == "" {
		return nil
	}
	version := strconv.FormatInt(r.Version, 10)
	for t := range strings.SplitSeq(header, ",") {
		t = strings.TrimSpace(t)
		if got, _, _ := strings.Cut(weak(t), "-"); t == "*" || got == version {
			return nil
		}
	}
	return fault.Status(http.StatusPreconditionFailed, "the resource was changed meanwhile: it has the version %s", tag(r))
}

// weak returns what an entity tag says.
func weak(t string) string { return strings.Trim(strings.TrimPrefix(t, "W/"), `"`) }
