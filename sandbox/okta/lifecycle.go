package okta

import (
	"slices"
	"strconv"
	"time"
)

func lifecycleRoutes() []route {
	const base = "/api/v1/users/{id}/lifecycle/"
	return []route{
		post(base+"activate", areaUsers, activateUser),
		post(base+"reactivate", areaUsers, reactivateUser),
		post(base+"deactivate", areaUsers, deactivateUser),
		post(base+"suspend", areaUsers, suspendUser),
		post(base+"unsuspend", areaUsers, unsuspendUser),
		post(base+"unlock", areaCredentials, unlockUser),
		post(base+"reset_password", areaCredentials, resetPassword),
		post(base+"expire_password", areaCredentials, expirePassword),
		post(base+"expire_password_with_temp_password", areaCredentials, expireWithTemporary),
		post(base+"reset_factors", areaCredentials, resetFactors),
	}
}

// setStatus moves a user to another state.
func (c *change) setStatus(u *user, s Status) {
	now := c.now()
	u.statusChanged, u.lastUpdated = now, now
	if u.status != s {
		c.dir.update(u, func() { u.status = s })
	}
}

// activation says how a user is activated.
type activation struct {
	mail  bool // send the activation mail to somebody without a password
	quiet bool // the user was created by the same request
}

// activate makes a user ACTIVE, or PROVISIONED while it has no password, and
// returns the one-time token of the activation link.
func (c *change) activate(u *user, how activation) string {
	next := Provisioned
	if u.hasPw {
		next = Active
	}
	c.setStatus(u, next)
	u.activated = c.now()
	c.emit("user.lifecycle.activate", fact{targets: targets(u)})
	if how.quiet {
		c.emit("user.mfa.factor.activate", fact{targets: targets(u), reason: "User set up EMAIL_FACTOR factor"})
		c.emit("group.user_membership.add", fact{targets: targets(c.dir.everyone, u)})
	}
	for _, a := range appsOf(c.Org, u) {
		c.emit("application.user_membership.add", appUserFact(a, a.userOf(u), u))
		c.accountAdded(a, u)
	}
	token := c.ids.secret(20)
	u.oneTime = token
	if how.mail && !u.hasPw {
		mailActivation(c, u, token)
	}
	return token
}

// answerActivation answers an activation: with the link when no mail was wanted.
func answerActivation(c *call, u *user) (answer, error) {
	mail := c.flag("sendEmail", true)
	token := c.activate(u, activation{mail: mail})
	if mail {
		return empty()
	}
	return ok(map[string]string{"activationUrl": c.url("tokens", token, "verify"), "activationToken": token})
}

func activateUser(c *call) (answer, error) {
	u, err := findTarget(c)
	if err != nil {
		return answer{}, err
	}
	switch u.status {
	case Staged, Deprovisioned:
		return answerActivation(c, u)
	case Active, Provisioned:
		return answer{}, errAlreadyActive()
	default:
		return answer{}, errStatus()
	}
}

func reactivateUser(c *call) (answer, error) {
	u, err := findTarget(c)
	if err != nil {
		return answer{}, err
	}
	if u.status != Provisioned && u.status != Recovery {
		return answer{}, errStatus()
	}
	c.emit("user.lifecycle.reactivate", fact{targets: targets(u)})
	mail, token := c.flag("sendEmail", true), c.ids.secret(20)
	u.oneTime, u.lastUpdated = token, c.now()
	if mail {
		mailActivation(&c.change, u, token)
		return empty()
	}
	return ok(map[string]string{"activationUrl": c.url("tokens", token, "verify"), "activationToken": token})
}

func deactivateUser(c *call) (answer, error) {
	u, err := findTarget(c)
	if err != nil {
		return answer{}, err
	}
	if u.status == Deprovisioned {
		return answer{}, errStatus()
	}
	c.deactivate(u)
	return empty()
}

// deactivate ends everything a user has: sessions, tokens, factors, apps.
func (c *change) deactivate(u *user) {
	apps := appsOf(c.Org, u)
	c.setStatus(u, Deprovisioned)
	c.emit("user.lifecycle.deactivate", fact{targets: targets(u)})
	for _, a := range apps {
		c.emit("application.user_membership.remove", appUserFact(a, a.userOf(u), u))
		c.accountRemoved(a, u)
		a.drop(u)
	}
	c.endSessions(u)
	c.endRoles(u)
	u.consents, u.refresh, u.oneTime = nil, nil, ""
	u.factors = ordered[*factor]{}
}

// endRoles takes the admin roles of somebody who is deactivated, but that of the last
// super admin. The log has no word of it.
func (c *change) endRoles(u *user) {
	super := func(x *user) bool {
		return slices.ContainsFunc(x.roles.items, func(a *assignment) bool { return a.Type == "SUPER_ADMIN" })
	}
	last := !slices.ContainsFunc(c.dir.users.items, func(x *user) bool { return x != u && x.status != Deprovisioned && super(x) })
	u.roles.items = slices.DeleteFunc(u.roles.items, func(a *assignment) bool { return !last || a.Type != "SUPER_ADMIN" })
}

// deleteUser deactivates an active user and deletes a deactivated one, with
// the same call.
func deleteUser(c *call) (answer, error) {
	u, err := findTarget(c)
	if err != nil {
		return answer{}, err
	}
	if u.status != Deprovisioned {
		c.deactivate(u)
		return none()
	}
	c.emit("user.lifecycle.delete.initiated", fact{targets: targets(u)})
	c.dir.remove(u)
	for _, g := range c.dir.groups.items {
		g.owners = slices.DeleteFunc(g.owners, func(o owner) bool { return o.ID == u.id })
	}
	c.tokens.dropOwner(u)
	c.emit("user.lifecycle.delete.completed", fact{targets: targets(u)})
	return none()
}

func suspendUser(c *call) (answer, error) {
	u, err := findTarget(c)
	if err != nil {
		return answer{}, err
	}
	if u.status != Active {
		return answer{}, invalid("Cannot suspend a user that is not active")
	}
	c.setStatus(u, Suspended)
	c.emit("user.lifecycle.suspend", fact{targets: targets(u)})
	c.endSessions(u)
	return empty()
}

func unsuspendUser(c *call) (answer, error) {
	u, err := findTarget(c)
	if err != nil {
		return answer{}, err
	}
	if u.status != Suspended {
		return answer{}, invalid("Cannot unsuspend a user that is not suspended")
	}
	c.setStatus(u, Active)
	c.emit("user.lifecycle.unsuspend", fact{targets: targets(u)})
	return empty()
}

func unlockUser(c *call) (answer, error) {
	u, err := findTarget(c)
	if err != nil {
		return answer{}, err
	}
	if u.status != LockedOut {
		return answer{}, errUnlock()
	}
	c.setStatus(u, Active)
	c.emit("user.account.unlock_by_admin", fact{targets: targets(u)})
	return empty()
}

// passwordStates are those in which an admin may do something to a password.
func (u *user) passwordStates() bool {
	return slices.Contains([]Status{Active, Provisioned, Recovery, PasswordExpired, LockedOut}, u.status)
}

func resetPassword(c *call) (answer, error) {
	u, err := findTarget(c)
	if err != nil {
		return answer{}, err
	}
	if !u.passwordStates() {
		return answer{}, errStatus()
	}
	c.setStatus(u, Recovery)
	token := c.ids.secret(20)
	u.oneTime = token
	// The old password opens nothing from here on.
	u.password, u.passwordChanged = [32]byte{}, c.now()
	c.emit("user.account.reset_password", accessFact(&c.change, u))
	if c.flag("revokeSessions", false) {
		c.endSessions(u)
	}
	if c.flag("sendEmail", true) {
		mailReset(&c.change, u, token)
		return empty()
	}
	return ok(map[string]string{"resetPasswordUrl": c.url("reset_password", token)})
}

func expirePassword(c *call) (answer, error) {
	u, err := findTarget(c)
	if err != nil {
		return answer{}, err
	}
	if !u.passwordStates() {
		return answer{}, errStatus()
	}
	expire(c, u)
	return ok(viewUser(c, u, false))
}

// expire makes a user choose a new password at the next sign-in.
func expire(c *call, u *user) {
	c.setStatus(u, PasswordExpired)
	c.emit("user.account.expire_password", accessFact(&c.change, u))
	if c.flag("revokeSessions", false) {
		c.endSessions(u)
	}
}

func expireWithTemporary(c *call) (answer, error) {
	u, err := findTarget(c)
	if err != nil {
		return answer{}, err
	}
	if !u.passwordStates() {
		return answer{}, errStatus()
	}
	temporary := "Aa1" + c.ids.secret(9)
	u.password, u.hasPw, u.passwordChanged = digest(temporary), true, c.now()
	expire(c, u)
	return ok(map[string]string{"tempPassword": temporary})
}

func resetFactors(c *call) (answer, error) {
	u, err := findTarget(c)
	if err != nil {
		return answer{}, err
	}
	if u.status == Deprovisioned {
		return answer{}, errStatus()
	}
	u.factors = ordered[*factor]{}
	u.lastUpdated = c.now()
	c.emit("user.mfa.factor.reset_all", fact{targets: targets(u)})
	mailFactorReset(&c.change, u, "Every security method")
	return empty()
}

// accessFact describes what an admin does to somebody's way in, with what the
// catalogue of event types calls UserAccessDebugData.
func accessFact(c *change, u *user) fact {
	return fact{targets: targets(u), debug: map[string]any{"userStatus": string(u.status), "isSelfInitiated": strconv.FormatBool(c.actor.ID == u.id)}}
}

// touch notes that a user was changed.
func (u *user) touch(now time.Time) { u.lastUpdated = now }
