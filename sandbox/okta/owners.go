package okta

import (
	"cmp"
	"slices"
)

func ownerRoutes() []route {
	return []route{
		get("/api/v1/groups/{id}/owners", areaGroups, listOwners),
		post("/api/v1/groups/{id}/owners", areaGroups, addOwner),
		del("/api/v1/groups/{id}/owners/{owner}", areaGroups, removeOwner),
	}
}

func listOwners(c *call) (answer, error) {
	g, err := findGroup(c)
	if err != nil {
		return answer{}, err
	}
	w, err := c.window(1000, 1000)
	if err != nil {
		return answer{}, err
	}
	var in []owner
	for _, o := range g.owners {
		if o.ID > w.after {
			in = append(in, o)
		}
	}
	more, last := len(in) > w.limit, ""
	in = in[:min(len(in), w.limit)]
	if len(in) > 0 {
		last = in[len(in)-1].ID
	}
	return page(c, w, in, more, last)
}

func addOwner(c *call) (answer, error) {
	g, err := findGroup(c)
	if err != nil {
		return answer{}, err
	}
	var in struct {
		ID   string `json:"id"`
		Type string `json:"type"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	o := owner{ID: in.ID, Type: in.Type, Resolved: true, OriginType: "OKTA_DIRECTORY", LastUpdated: at(c.now())}
	switch in.Type {
	case "USER":
		u, ok := c.dir.users.get(in.ID)
		if !ok {
			return answer{}, notFound(in.ID, "User")
		}
		o.DisplayName = u.name()
	case "GROUP":
		of, ok := c.dir.groups.get(in.ID)
		if !ok {
			return answer{}, notFound(in.ID, "UserGroup")
		}
		o.DisplayName = of.name()
	default:
		return answer{}, invalidField("type", "The owner type must be USER or GROUP")
	}
	if slices.ContainsFunc(g.owners, func(x owner) bool { return x.ID == o.ID }) {
		return answer{}, invalid("owner", "Provided owner is already assigned to this group")
	}
	g.owners = append(slices.Clone(g.owners), o)
	slices.SortFunc(g.owners, func(a, b owner) int { return cmp.Compare(a.ID, b.ID) })
	return created(o)
}

func removeOwner(c *call) (answer, error) {
	g, err := findGroup(c)
	if err != nil {
		return answer{}, err
	}
	kept := slices.DeleteFunc(slices.Clone(g.owners), func(o owner) bool { return o.ID == c.arg(1) })
	if len(kept) == len(g.owners) {
		return answer{}, notFound(c.arg(1), "LinkedObject")
	}
	g.owners = kept
	return none()
}
