package auth0

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"sallyport/sandbox/auth0/lucene"
)

// mostLogs is how many entries are kept.
const mostLogs = 20_000

// record writes a log entry. The caller holds the lock.
func (t *Tenant) record(kind, text string, entry doc) doc {
	now := t.now().UTC()
	t.count++
	agent := str(entry, "user_agent")
	out := doc{
		"date": stamp(now), "type": kind, "description": text, "tenant_name": t.opt.Name, "environment_name": "sandbox", "is_mobile": mobile(agent),
		"log_id": "900" + now.Format("20060102150405") + fmt.Sprintf("%03d%023d", now.Nanosecond()/1e6, t.count),
	}
	maps.Copy(out, entry)
	if agent != "" {
		out["user_agent"] = briefAgent(agent)
	}
	if ip := str(out, "ip"); ip != "" {
		out["location_info"] = placeOf(ip).info()
	}
	t.logs = append(t.logs, out)
	if over := len(t.logs) - mostLogs; over > 0 {
		t.logs = slices.Delete(t.logs, 0, over)
	}
	t.stream(out)
	return out
}

func mobile(agent string) bool {
	return strings.Contains(agent, "Mobile") || strings.Contains(agent, "Android") || strings.Contains(agent, "iPhone")
}

// briefAgent is how a log writes a browser: "Chrome 126.0.0 / Windows 10.0.0".
func briefAgent(agent string) string {
	name := "Other 0.0.0"
	for _, b := range []string{"Edg/", "Chrome/", "Firefox/", "Version/"} {
		_, rest, found := strings.Cut(agent, b)
		if !found {
			continue
		}
		version, _, _ := strings.Cut(rest, " ")
		parts := append(strings.Split(version, "."), "0", "0")
		called := map[string]string{"Edg/": "Edge", "Chrome/": "Chrome", "Firefox/": "Firefox", "Version/": "Safari"}[b]
		name = called + " " + strings.Join(parts[:3], ".")
		break
	}
	system := "Other 0.0.0"
	for key, called := range map[string]string{"Windows NT 10": "Windows 10.0.0", "Mac OS X": "Mac OS X 10.15.7", "Android": "Android 14.0.0", "iPhone": "iOS 17.0.0", "Linux x86": "Linux 0.0.0"} {
		if strings.Contains(agent, key) {
			system = called
		}
	}
	return name + " / " + system
}

// seen is an entry as the API shows it: some names differ from what streams
// send.
func seen(d doc) doc {
	out := maps.Clone(d)
	out["isMobile"] = out["is_mobile"]
	out["_id"] = out["log_id"]
	for _, k := range []string{"is_mobile", "tenant_name", "environment_name"} {
		delete(out, k)
	}
	return out
}

func logRoutes() []route {
	const scopes = "read:logs read:logs_users"
	return []route{
		get("/logs", scopes, listLogs),
		get("/logs/{id}", scopes, func(c *call) (answer, error) {
			for _, d := range c.logs {
				if d["log_id"] == c.args["id"] {
					return ok(seen(d))
				}
			}
			return answer{}, notFound("Log not found", "inexistent_log")
		}),
	}
}

// logRules are how Auth0 indexes logs.
func logRules() lucene.Rules {
	return lucene.Rules{Folded: []string{"description", "client_name", "user_name", "user_agent", "connection"}, Words: []string{"description", "client_name", "user_name", "type"}}
}

func listLogs(c *call) (answer, error) {
	if c.param("from") != "" || c.param("take") != "" {
		return logsFrom(c)
	}
	q, err := lucene.Parse(cmp.Or(c.param("q"), c.param("search")), logRules())
	if err != nil {
		return answer{}, refused("Invalid query string: "+err.Error(), "invalid_query_string")
	}
	var found []doc
	for _, d := range slices.Backward(c.logs) {
		if q.Match(d) {
			found = append(found, seen(d))
		}
	}
	return c.searched(found)
}

// searched answers log entries by page.
func (c *call) searched(found []doc) (answer, error) {
	w, err := c.window(50)
	if err != nil {
		return answer{}, err
	}
	if (w.page+1)*w.size > mostFound {
		return answer{}, refused("You can only page through the first 1000 records. See https://auth0.com/docs/logs/retrieve-log-events-using-mgmt-api", "invalid_paging")
	}
	if err := c.sortBy(found); err != nil {
		return answer{}, err
	}
	var in []any
	for _, d := range found[:min(len(found), mostFound)] {
		in = append(in, c.pick(d))
	}
	out := nonNil(w.cut(in))
	if !w.totals {
		return ok(out)
	}
	return ok(doc{"start": w.page * w.size, "limit": w.size, "length": len(out), "total": len(found), "logs": out})
}

// logsFrom answers what was logged after an entry, the oldest first, and where
// to go on. When there is nothing yet, that is the same place again.
func logsFrom(c *call) (answer, error) {
	take, err := c.number("take", 50, 1, mostPerPage)
	if err != nil {
		return answer{}, err
	}
	from := c.param("from")
	at := 0
	if from != "" {
		at = slices.IndexFunc(c.logs, func(d doc) bool { return str(d, "log_id") > from })
		if at < 0 {
			at = len(c.logs)
		}
	}
	out := []any{}
	for _, d := range c.logs[at:min(at+take, len(c.logs))] {
		out = append(out, c.pick(seen(d)))
		from = str(d, "log_id")
	}
	a, err := ok(out)
	if from != "" {
		a.header = nextLink(c.base+"/api/v2/logs", url.Values{"from": {from}, "take": {strconv.Itoa(take)}})
	}
	return a, err
}

func logsOf(c *call) (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	var found []doc
	for _, d := range slices.Backward(c.logs) {
		if d["user_id"] == u.id() {
			found = append(found, seen(d))
		}
	}
	return c.searched(found)
}

// Logs returns the newest entries, the oldest of them first, as streams send
// them.
func (t *Tenant) Logs(most int) []map[string]any {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []map[string]any
	for _, d := range t.logs[max(0, len(t.logs)-most):] {
		out = append(out, maps.Clone(d))
	}
	return out
}
