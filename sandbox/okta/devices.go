package okta

import (
	"maps"
	"strings"
	"time"
)

func deviceRoutes() []route {
	const base, one = "/api/v1/devices", "/api/v1/devices/{id}"
	all := []route{
		get(base, areaDevices, listDevices), get(one, areaDevices, getDevice), del(one, areaDevices, deleteDevice),
		get(one+"/users", areaDevices, listDeviceUsers),
		get("/api/v1/users/{id}/devices", areaUsers, listDevicesOfUser),
	}
	for verb, status := range map[string]string{"activate": "ACTIVE", "deactivate": "DEACTIVATED", "suspend": "SUSPENDED", "unsuspend": "ACTIVE"} {
		all = append(all, post(one+"/lifecycle/"+verb, areaDevices, func(c *call) (answer, error) { return turnDevice(c, verb, status) }))
	}
	return all
}

// device is a phone or computer that somebody has registered with Okta Verify.
type device struct {
	id, status, platform, name string
	managed                    bool
	users                      []*user
	odd                        map[string]any // of its profile, what differs from a good device's; nil for most

	created, lastUpdated time.Time
}

func (d *device) key() string { return d.id }

func (d *device) management() string {
	if d.managed {
		return "MANAGED"
	}
	return "NOT_MANAGED"
}

func viewDevice(c *call, d *device) map[string]any {
	self := c.url("api/v1/devices", d.id)
	profile := map[string]any{
		"displayName": d.name, "platform": d.platform, "manufacturer": "Example", "model": "Model 1", "osVersion": "15.2", "serialNumber": strings.ToUpper(d.id[8:]),
		"registered": true, "secureHardwarePresent": true, "integrityJailbreak": false, "diskEncryptionType": "FULL", "managed": d.managed,
	}
	maps.Copy(profile, d.odd)
	links := map[string]any{"self": allow(self, "GET", "DELETE"), "users": allow(self+"/users", "GET")}
	for _, verb := range deviceMoves(d.status) {
		links[verb] = allow(self+"/lifecycle/"+verb, "POST")
	}
	return map[string]any{
		"id": d.id, "status": d.status, "created": at(d.created), "lastUpdated": at(d.lastUpdated), "profile": profile,
		"resourceType": "UDDevice", "resourceDisplayName": map[string]any{"value": d.name, "sensitive": false}, "resourceAlternateId": nil, "resourceId": d.id,
		"_links": links,
	}
}

// deviceMoves lists what may be done with a device of some status.
func deviceMoves(status string) []string {
	switch status {
	case "ACTIVE":
		return []string{"deactivate", "suspend"}
	case "SUSPENDED":
		return []string{"unsuspend"}
	default:
		return []string{"activate"}
	}
}

// viewDeviceUsers are the people of a device: in a summary by what matters,
// elsewhere as a whole.
func viewDeviceUsers(c *call, d *device, summary bool) []any {
	out := []any{}
	for _, u := range d.users {
		var who any = viewUser(c, u, true)
		if summary {
			profile := map[string]any{"login": u.login(), "email": u.email(), "firstName": u.profile.text("firstName"), "lastName": u.profile.text("lastName")}
			who = map[string]any{"id": u.id, "realmId": nil, "profile": profile, "_links": map[string]link{"self": {Href: c.url("api/v1/users", u.id)}}}
		}
		out = append(out, map[string]any{"created": at(d.created), "managementStatus": d.management(), "screenLockType": "BIOMETRIC", "user": who})
	}
	return out
}

func listDevices(c *call) (answer, error) {
	expand := c.param("expand")
	return listed(c, &c.devices, 200, 200, func(c *call, d *device) map[string]any {
		v := viewDevice(c, d)
		if expand != "" {
			v["_embedded"] = map[string]any{"users": viewDeviceUsers(c, d, expand == "userSummary")}
		}
		return v
	})
}

func findDevice(c *call) (*device, error) {
	d, found := c.devices.get(c.arg(0))
	if !found {
		return nil, notFound(c.arg(0), "Device")
	}
	return d, nil
}

func getDevice(c *call) (answer, error) {
	d, err := findDevice(c)
	if err != nil {
		return answer{}, err
	}
	return ok(viewDevice(c, d))
}

func listDeviceUsers(c *call) (answer, error) {
	d, err := findDevice(c)
	if err != nil {
		return answer{}, err
	}
	return ok(viewDeviceUsers(c, d, false))
}

func listDevicesOfUser(c *call) (answer, error) {
	u, err := findUser(c)
	if err != nil {
		return answer{}, err
	}
	out := []any{}
	for _, d := range c.devices.items {
		for _, of := range d.users {
			if of == u {
				out = append(out, map[string]any{"created": at(d.created), "deviceUserId": fixedID("otm", d.id+u.id), "device": viewDevice(c, d)})
			}
		}
	}
	return ok(out)
}

// turnDevice moves a device to another status, from one that allows it.
func turnDevice(c *call, verb, status string) (answer, error) {
	d, err := findDevice(c)
	if err != nil {
		return answer{}, err
	}
	if d.status != status {
		allowed := false
		for _, move := range deviceMoves(d.status) {
			allowed = allowed || move == verb
		}
		if !allowed {
			return answer{}, invalid("device", "The device is "+d.status+" and cannot be changed so.")
		}
		d.status, d.lastUpdated = status, c.now()
		c.emit("device.lifecycle."+verb, fact{targets: targets(d)})
	}
	return none()
}

// deleteDevice forgets a device that is deactivated.
func deleteDevice(c *call) (answer, error) {
	d, err := findDevice(c)
	if err != nil {
		return answer{}, err
	}
	if d.status != "DEACTIVATED" {
		return answer{}, invalid("device", "The device must be deactivated before it is deleted.")
	}
	c.devices.remove(d.id)
	c.emit("device.lifecycle.delete", fact{targets: targets(d)})
	return none()
}

// phones gives everybody who uses Okta Verify a device.
func (s *seeder) phones() {
	platforms := []string{"MACOS", "IOS", "WINDOWS", "ANDROID"}
	for i, u := range s.people {
		if u.status == Active && len(u.factors.items) > 0 {
			s.phone(u, platforms[i%len(platforms)], true)
		}
	}
}

func (s *seeder) phone(u *user, platform string, managed bool) *device {
	at := u.factors.items[0].created
	name := u.profile.text("firstName") + "'s " + platform
	if !managed {
		name = u.profile.text("firstName") + "'s own " + platform
	}
	d := &device{id: fixedID("guo", s.orgID+"/device/"+u.login()+name), status: "ACTIVE", platform: platform, name: name, managed: managed, users: []*user{u}, created: at, lastUpdated: s.end}
	s.devices.add(d)
	return d
}
