package scim

import (
	"net/http"
	"slices"
	"strings"

	"sallyport/internal/scim/fault"
	"sallyport/internal/scim/schema"
	"sallyport/internal/value"
)

const configURN = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"

// discovery answers what the server can do (RFC 7644 section 4).
func (h *handler) discovery(req request) (answer, error) {
	if err := allow(req, http.MethodGet); err != nil {
		return answer{}, err
	}
	if _, there, _ := req.params.one("filter"); there {
		return answer{}, fault.Status(http.StatusForbidden, "what the server can do is not to be filtered")
	}
	name, rest := strings.ToLower(req.path[0]), req.path[1:]
	if name == "serviceproviderconfig" {
		if len(rest) > 0 {
			return answer{}, unknown(req)
		}
		return answer{status: http.StatusOK, body: h.config()}, nil
	}
	list := h.documents(name)
	if len(rest) == 0 {
		body := value.Map("schemas", []any{ListURN}, "totalResults", float64(len(list)), "startIndex", 1.0,
			"itemsPerPage", float64(len(list)), "Resources", list)
		return answer{status: http.StatusOK, body: body}, nil
	}
	i := slices.IndexFunc(list, func(v any) bool { return strings.EqualFold(v.(*value.Object).Text("id"), strings.Join(rest, "/")) })
	if i < 0 {
		return answer{}, unknown(req)
	}
	return answer{status: http.StatusOK, body: list[i].(*value.Object)}, nil
}

// documents are the schemas or the resource types.
func (h *handler) documents(name string) []any {
	var list []any
	for _, r := range []*schema.Resource{h.server.resources.user, h.server.resources.group} {
		if name == "resourcetypes" {
			list = append(list, r.Document(h.base))
			continue
		}
		for _, s := range r.Schemas() {
			list = append(list, s.Document(h.base))
		}
	}
	return list
}

// config is the ServiceProviderConfig (RFC 7643 section 5; pagination of RFC
// 9865 section 4).
func (h *handler) config() *value.Object {
	o := h.server.options
	return value.Map(
		"schemas", []any{configURN},
		"patch", value.Map("supported", true),
		"bulk", value.Map("supported", true, "maxOperations", float64(o.MaxBulk), "maxPayloadSize", float64(o.MaxBody)),
		"filter", value.Map("supported", true, "maxResults", float64(o.MaxPage)),
		"changePassword", value.Map("supported", false),
		"sort", value.Map("supported", true),
		"etag", value.Map("supported", true),
		"pagination", value.Map("cursor", true, "index", true, "defaultPaginationMethod", "index",
			"defaultPageSize", float64(o.Page), "maxPageSize", float64(o.MaxPage)),
		"authenticationSchemes", []any{value.Map(
			"type", "oauthbearertoken", "name", "HTTP header",
			"description", "The deprovisioning authentication secret in the Authorization header, with or without Bearer before it.",
			"primary", true)},
		"meta", value.Map("resourceType", "ServiceProviderConfig", "location", h.base+"/ServiceProviderConfig"))
}
