package oktafilter

import (
	"slices"
	"strings"

	"sallyport/internal/detect"
)

// fields are the paths of a System Log event: those of the LogEvent schema of
// Okta's Management API, and those that events carry beside it. Under a path
// that ends in .* any name may follow.
const fields = `
uuid published eventType version severity legacyEventType displayMessage
actor.id actor.type actor.alternateId actor.displayName actor.detailEntry.*
client.id client.device client.ipAddress client.zone
client.userAgent.rawUserAgent client.userAgent.os client.userAgent.browser
client.geographicalContext.city client.geographicalContext.state client.geographicalContext.country
client.geographicalContext.postalCode client.geographicalContext.geolocation.lat client.geographicalContext.geolocation.lon
device.id device.name device.os_platform device.os_version device.managed device.registered device.device_integrator
device.disk_encryption_type device.screen_lock_type device.jailbreak device.secure_hardware_present
authenticationContext.authenticationProvider authenticationContext.authenticationStep authenticationContext.credentialProvider
authenticationContext.credentialType authenticationContext.externalSessionId authenticationContext.rootSessionId
authenticationContext.interface authenticationContext.issuer.id authenticationContext.issuer.type
authenticationContext.authenticatorContext.*
debugContext.debugData.*
outcome.result outcome.reason
request.ipChain.ip request.ipChain.source request.ipChain.version
request.ipChain.geographicalContext.city request.ipChain.geographicalContext.state request.ipChain.geographicalContext.country
request.ipChain.geographicalContext.postalCode
request.ipChain.geographicalContext.geolocation.lat request.ipChain.geographicalContext.geolocation.lon
request.ipChain.ipDetails.asNumber request.ipChain.ipDetails.asOrg request.ipChain.ipDetails.isp request.ipChain.ipDetails.domain
request.ipChain.ipDetails.ipServiceCategories.isAnonymous request.ipChain.ipDetails.ipServiceCategories.operator
request.ipChain.ipDetails.ipServiceCategories.type
securityContext.asNumber securityContext.asOrg securityContext.isp securityContext.domain securityContext.isProxy
securityContext.botProtection.level
securityContext.ipDetails.asNumber securityContext.ipDetails.asOrg securityContext.ipDetails.isp securityContext.ipDetails.domain
securityContext.ipDetails.ipServiceCategories.isAnonymous securityContext.ipDetails.ipServiceCategories.operator
securityContext.ipDetails.ipServiceCategories.type
securityContext.risk.level securityContext.risk.previousLevel securityContext.risk.detectionName
securityContext.risk.issuer securityContext.risk.reasons
securityContext.userBehaviors.id securityContext.userBehaviors.name securityContext.userBehaviors.result
target.id target.type target.alternateId target.displayName target.detailEntry.* target.changeDetails.*
transaction.id transaction.type transaction.detail.*
`

// names holds every path that leads somewhere in an event, those of objects
// too, by its plain form.
func names() map[string]string {
	all := make(map[string]string, 256)
	for path := range strings.FieldsSeq(fields) {
		open := strings.HasSuffix(path, ".*")
		path = strings.TrimSuffix(path, ".*")
		for i, c := range path + "." {
			if c == '.' {
				all[plain(path[:i])] = path[:i]
			}
		}
		if open {
			all[plain(path)+".*"] = path
		}
	}
	return all
}

// namesUnder holds the paths under one of them, as they begin there.
func namesUnder(all map[string]string, path string) map[string]string {
	under := map[string]string{}
	base := plain(path)
	name, ok := all[base]
	if !ok {
		return under
	}
	for key, full := range all {
		if rest, ok := strings.CutPrefix(key, base+"."); ok && len(full) > len(name) {
			under[rest] = full[len(name)+1:]
		}
	}
	return under
}

// plain is a path without case, underscores, indexes and marks of lists, as
// which two spellings of a field are the same.
func plain(path string) string {
	if !strings.Contains(path, "{}") && !strings.ContainsAny(path, "0123456789") {
		return strings.ToLower(strings.ReplaceAll(path, "_", ""))
	}
	segments := strings.Split(path, ".")
	kept := segments[:0]
	for _, segment := range segments {
		segment = strings.TrimSuffix(segment, "{}")
		if !isIndex(segment) {
			kept = append(kept, strings.ToLower(strings.ReplaceAll(segment, "_", "")))
		}
	}
	return strings.Join(kept, ".")
}

func isIndex(segment string) bool {
	return segment != "" && strings.Trim(segment, "0123456789") == ""
}

// canonical spells the known part of a path as events do: event_type becomes
// eventType. Indexes stay, and so does what is under an open object.
func canonical(all map[string]string, path string) string {
	segments := strings.Split(path, ".")
	for n := range segments {
		key := plain(strings.Join(segments[:n+1], "."))
		if isIndex(segments[n]) {
			continue
		}
		name, ok := all[key]
		if !ok {
			break
		}
		mark := ""
		if strings.HasSuffix(segments[n], "{}") {
			mark = "{}"
		}
		segments[n] = name[strings.LastIndexByte(name, '.')+1:] + mark
	}
	return strings.Join(segments, ".")
}

// Unknown lists the paths of a condition that no System Log event has, each
// once and in order. What debugContext.debugData, detailEntry and other open
// objects hold is not known to anybody, so it is never listed.
func Unknown(e detect.Expr) []string {
	all := names()
	var unknown []string
	visit(e, "", func(path string) {
		if !known(all, path) && !slices.Contains(unknown, path) {
			unknown = append(unknown, path)
		}
	})
	return unknown
}

// Known reports whether a System Log event may have something at a path, as
// [Unknown] has it. Parts in brackets, target[type=User].id, are passed over.
func Known(path string) bool {
	var plainly strings.Builder
	for rest := path; rest != ""; {
		before, inside, opened := strings.Cut(rest, "[")
		plainly.WriteString(before)
		if rest = ""; opened {
			_, rest, _ = strings.Cut(inside, "]")
		}
	}
	return known(names(), plainly.String())
}

func known(all map[string]string, path string) bool {
	key := plain(path)
	if _, ok := all[key]; ok {
		return true
	}
	for i := range len(key) {
		if _, ok := all[key[:i]+".*"]; ok && key[i] == '.' {
			return true
		}
	}
	return false
}

// Suggest returns the known path that an unknown one may have been meant as,
// or "": "outcome.result" for "result".
func Suggest(path string) string {
	last := plain(path[strings.LastIndexByte(path, '.')+1:])
	best := ""
	for key, name := range names() {
		fits := strings.HasSuffix(key, "."+last) || key == last
		if fits && (best == "" || len(name) < len(best) || len(name) == len(best) && name < best) {
			best = name
		}
	}
	return best
}

// visit calls f with the path of every test of a condition, whole from the
// event's top.
func visit(e detect.Expr, under string, f func(path string)) {
	switch e := e.(type) {
	case detect.And:
		for _, part := range e {
			visit(part, under, f)
		}
	case detect.Or:
		for _, part := range e {
			visit(part, under, f)
		}
	case detect.Not:
		visit(e.Expr, under, f)
	case detect.Same:
		visit(e.Expr, under+e.Path+".", f)
	case detect.Test:
		f(under + e.Path)
	}
}
