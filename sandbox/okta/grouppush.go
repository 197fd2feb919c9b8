package okta

import (
	"net/http"
	"time"
)

func groupPushRoutes() []route {
	const base = "/api/v1/apps/{id}/group-push/mappings"
	return []route{
		get(base, areaApps, listMappings),
		post(base, areaApps, createMapping),
		get(base+"/{mapping}", areaApps, getMapping),
		{method: http.MethodPatch, path: base + "/{mapping}", handle: changeMapping, area: areaApps, scope: areaApps.scope()},
		del(base+"/{mapping}", areaApps, deleteMapping),
	}
}

// pushMapping has a group pushed to an app.
type pushMapping struct {
	id, target string // the id of the group there, as Okta calls it
	group      *group
	on         bool
	problem    string // of the last push

	created, lastUpdated, lastPush time.Time
}

func (m *pushMapping) key() string { return m.id }

func (m *pushMapping) active() bool { return m.on }

func viewMapping(c *call, a *app, m *pushMapping) map[string]any {
	status := "INACTIVE"
	switch {
	case m.on && m.problem != "":
		status = "ERROR"
	case m.on:
		status = "ACTIVE"
	}
	return map[string]any{
		"id": m.id, "created": at(m.created), "lastUpdated": at(m.lastUpdated), "lastPush": at(m.lastPush), "errorSummary": m.problem,
		"sourceGroupId": m.group.id, "targetGroupId": m.target, "status": status,
		"_links": map[string]link{
			"app":         {Href: c.url("api/v1/apps", a.id)},
			"sourceGroup": {Href: c.url("api/v1/groups", m.group.id)},
			"targetGroup": {Href: c.url("api/v1/groups", m.target)},
		},
	}
}

func listMappings(c *call) (answer, error) {
	a, err := findProvisioned(c)
	if err != nil {
		return answer{}, err
	}
	return listed(c, &a.provisioning.mappings, 100, 1000, func(c *call, m *pushMapping) map[string]any { return viewMapping(c, a, m) })
}

// createMapping has a group pushed, at once if the mapping is to be active.
// The group there has its name; Okta can push to a group that it imported,
// which is not simulated.
func createMapping(c *call) (answer, error) {
	a, err := findProvisioned(c)
	if err != nil {
		return answer{}, err
	}
	var in struct {
		SourceGroupID   string `json:"sourceGroupId"`
		TargetGroupID   string `json:"targetGroupId"`
		TargetGroupName string `json:"targetGroupName"`
		Status          string `json:"status"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	g, found := c.dir.groups.get(in.SourceGroupID)
	switch {
	case !found:
		return answer{}, notFound(in.SourceGroupID, "UserGroup")
	case in.TargetGroupID != "":
		return answer{}, invalidField("targetGroupId", "Groups of apps are not imported here.")
	case in.TargetGroupName != "" && in.TargetGroupName != g.name():
		return answer{}, invalidField("targetGroupName", "The group is pushed under its own name here.")
	}
	for _, m := range a.provisioning.mappings.items {
		if m.group == g {
			return answer{}, invalidField("sourceGroupId", "A mapping for this group already exists.")
		}
	}
	now := c.now()
	m := &pushMapping{id: c.ids.next("gPm"), target: c.ids.next("00g"), group: g, on: in.Status != "INACTIVE", created: now, lastUpdated: now}
	a.provisioning.mappings.add(m)
	c.emit("application.provision.group_push.mapping.created", fact{targets: targets(g, a)})
	if m.on {
		c.begin(&work{app: a, what: doGroup, group: g})
	}
	return created(viewMapping(c, a, m))
}

// findMapping returns the app and the mapping that the path names.
func findMapping(c *call) (*app, *pushMapping, error) {
	a, err := findProvisioned(c)
	if err != nil {
		return nil, nil, err
	}
	m, found := a.provisioning.mappings.get(c.arg(1))
	if !found {
		return nil, nil, notFound(c.arg(1), "GroupPushMapping")
	}
	return a, m, nil
}

func getMapping(c *call) (answer, error) {
	a, m, err := findMapping(c)
	if err != nil {
		return answer{}, err
	}
	return ok(viewMapping(c, a, m))
}

// changeMapping switches a mapping on, with a full push, or off.
func changeMapping(c *call) (answer, error) {
	a, m, err := findMapping(c)
	if err != nil {
		return answer{}, err
	}
	var in struct {
		Status string `json:"status"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if in.Status != "ACTIVE" && in.Status != "INACTIVE" {
		return answer{}, invalidField("status", "The value must be ACTIVE or INACTIVE.")
	}
	m.on, m.problem, m.lastUpdated = in.Status == "ACTIVE", "", c.now()
	verb := "deactivate_mapping"
	if m.on {
		verb = "activate_mapping"
		c.begin(&work{app: a, what: doGroup, group: m.group})
	}
	c.emit("application.provision.group_push."+verb, fact{targets: targets(m.group, a)})
	return ok(viewMapping(c, a, m))
}

// deleteMapping unlinks a group; on request the group there is deleted.
func deleteMapping(c *call) (answer, error) {
	a, m, err := findMapping(c)
	if err != nil {
		return answer{}, err
	}
	if m.on {
		return answer{}, invalid("groupPushMapping", "The mapping must be inactive to be deleted.")
	}
	c.unlink(a, m, c.flag("deleteTargetGroup", false))
	return none()
}

// unlink ends a mapping.
func (c *change) unlink(a *app, m *pushMapping, deleteThere bool) {
	a.provisioning.mappings.remove(m.id)
	c.emit("application.provision.group_push.removed", fact{targets: targets(m.group, a)})
	if deleteThere {
		c.begin(&work{app: a, what: doUnlink, group: m.group})
	} else {
		a.provisioning.links.Drop(m.group.id)
	}
}

// groupRenamed pushes the new name of a group to where it is.
func (c *change) groupRenamed(g *group) {
	for _, a := range c.apps.all.items {
		if p, ok := a.provisioned(); ok {
			for _, m := range p.mappings.items {
				if m.group == g && m.on {
					c.begin(&work{app: a, what: doRename, group: g})
				}
			}
		}
	}
}

// groupGone ends the mappings of a group that was deleted. The groups at the
// apps stay.
func (c *change) groupGone(g *group) {
	for _, a := range c.apps.all.items {
		if a.provisioning == nil {
			continue
		}
		for _, m := range a.provisioning.mappings.items {
			if m.group == g {
				c.unlink(a, m, false)
				break
			}
		}
	}
}

// mapping notes on a group's mapping what has become of a push.
func (w *work) mapping(now time.Time, err error) {
	for _, m := range w.app.provisioning.mappings.items {
		if m.group != w.group {
			continue
		}
		m.lastPush, m.problem = now, ""
		if err != nil {
			m.problem = w.complaint(err)
		}
	}
}
