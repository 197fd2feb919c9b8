package draft

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
)

// Example is what an example of a request says.
type Example struct {
	BaseURL string
	Auth    Way
	Call    Call
	// Secrets are those that the example had in it, by the name of the secret of a
	// connection: they are in no other field.
	Secrets map[string]string
	// More names those of the secrets that the way to sign in does not bring: see
	// [Draft].
	More []string
	// Notes say what was left out, and why.
	Notes []string
}

// maxCommand bounds a command, in bytes.
const maxCommand = 256 << 10

// options of curl that take a value, and what becomes of it; "" is that it says
// nothing about the request.
var options = map[string]string{
	"-X": "method", "--request": "method", "-H": "header", "--header": "header", "--url": "url", "-u": "user", "--user": "user", "--oauth2-bearer": "bearer",
	"-d": "data", "--data": "data", "--data-ascii": "data", "--data-raw": "raw", "--data-binary": "raw", "--data-urlencode": "urlencode", "--json": "json",
	"--url-query": "query", "-b": "cookie", "--cookie": "cookie", "-F": "multipart", "--form": "multipart", "--form-string": "multipart", "-T": "upload", "--upload-file": "upload",
	"-o": "", "--output": "", "-A": "", "--user-agent": "", "-e": "", "--referer": "", "-m": "", "--max-time": "", "--connect-timeout": "", "--retry": "",
	"-w": "", "--write-out": "", "-x": "", "--proxy": "", "--cacert": "", "--cert": "", "-E": "", "--key": "", "--resolve": "", "-c": "", "--cookie-jar": "",
	"--retry-delay": "", "--retry-max-time": "", "-D": "", "--dump-header": "", "--ciphers": "", "--tls-max": "", "--interface": "", "--limit-rate": "",
}

// request is what a curl command says.
type request struct {
	method, url string
	headers     []Pair
	user        string
	data        []string
	asJSON, get bool
	notes       []string
}

// Curl reads a curl command as it is copied from documentation or a browser. Its
// parts become inputs. Secrets are taken out.
func Curl(command string) (Example, error) {
	if len(command) > maxCommand {
		return Example{}, errs.New(errs.Invalid, "the command is longer than %d bytes", maxCommand)
	}
	list, err := words(strings.TrimLeft(strings.TrimSpace(command), "$> "))
	if err != nil {
		return Example{}, err
	}
	if len(list) == 0 || list[0] != "curl" && !strings.HasSuffix(list[0], "/curl") && list[0] != "curl.exe" {
		return Example{}, errs.New(errs.Invalid, "it is no curl command: it must begin with curl")
	}
	r, err := readOptions(list[1:])
	if err != nil {
		return Example{}, err
	}
	return r.example()
}

func readOptions(list []string) (request, error) {
	r := request{}
	for i := 0; i < len(list); i++ {
		word := list[i]
		if !strings.HasPrefix(word, "-") || word == "-" {
			if r.url != "" {
				return r, errs.New(errs.Invalid, "there are two addresses in it: %.60q and %.60q", shownURL(r.url), shownURL(word))
			}
			r.url = word
			continue
		}
		name, val, given := cutOption(word)
		what, known := options[name]
		switch {
		case !known:
			r.flag(name)
			continue
		case !given && i+1 == len(list):
			return r, errs.New(errs.Invalid, "there is nothing after %s", name)
		case !given:
			i++
			val = list[i]
		}
		if err := r.option(what, val); err != nil {
			return r, err
		}
	}
	if r.url == "" {
		return r, errs.New(errs.Invalid, "there is no address in it")
	}
	return r, nil
}

// shownURL is an address without what may be secret in it.
func shownURL(s string) string {
	s, _, _ = strings.Cut(s, "?")
	if _, after, ok := strings.Cut(s, "@"); ok {
		return after
	}
	return s
}

// cutOption cuts the value off that stands at its option: -XPOST, --request=POST.
func cutOption(word string) (name, val string, given bool) {
	if strings.HasPrefix(word, "--") {
		return strings.Cut(word, "=")
	}
	// Of short ones in a row, the last may take a value: -sSXPOST.
	for i := 1; i < len(word); i++ {
		if _, takes := options["-"+word[i:i+1]]; takes {
			return "-" + word[i:i+1], word[i+1:], i+1 < len(word)
		}
		if word[i] == 'G' || word[i] == 'I' {
			return "-" + word[i:i+1], "", false
		}
	}
	return word, "", false
}

func (r *request) flag(name string) {
	switch name {
	case "-G", "--get":
		r.get = true
	case "-I", "--head":
		r.method = "HEAD"
	}
}

func (r *request) option(what, val string) error {
	switch what {
	case "method":
		r.method = strings.ToUpper(val)
	case "url":
		r.url = val
	case "header":
		name, text, _ := strings.Cut(val, ":")
		if name = strings.TrimSpace(name); name != "" {
			r.headers = append(r.headers, Pair{name, strings.TrimSpace(text)})
		}
	case "user":
		r.user = val
	case "bearer":
		r.headers = append(r.headers, Pair{"Authorization", "Bearer " + val})
	case "cookie":
		r.headers = append(r.headers, Pair{"Cookie", val})
	case "json":
		r.asJSON = true
		r.data = append(r.data, val)
	case "data":
		if strings.HasPrefix(val, "@") {
			return errs.New(errs.Invalid, "its body is in a file: put what is in the file into the command")
		}
		r.data = append(r.data, strings.NewReplacer("\r", "", "\n", "").Replace(val))
	case "raw":
		r.data = append(r.data, val)
	case "urlencode", "query":
		name, text, ok := strings.Cut(val, "=")
		if !ok {
			name, text = "", val
		}
		pair := url.QueryEscape(name) + "=" + url.QueryEscape(text)
		if what == "query" {
			return r.addQuery(pair)
		}
		r.data = append(r.data, pair)
	case "multipart", "upload":
		return errs.New(errs.Invalid, "it sends files, which this cannot take over: write the action's YAML")
	}
	return nil
}

func (r *request) addQuery(pair string) error {
	if r.url == "" {
		return errs.New(errs.Invalid, "put the address before --url-query")
	}
	join := "?"
	if strings.Contains(r.url, "?") {
		join = "&"
	}
	r.url += join + pair
	return nil
}

func (r *request) example() (Example, error) {
	at := r.url
	if !strings.Contains(at, "://") {
		at = "https://" + at
	}
	scheme, rest, _ := strings.Cut(at, "://")
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host, below := rest[:end], rest[end:]
	if user, plain, ok := strings.Cut(host, "@"); ok {
		if host = plain; r.user == "" {
			r.user, _ = url.PathUnescape(user)
		}
	}
	scheme = strings.ToLower(scheme)
	if u, err := url.Parse(scheme + "://" + host); err != nil || u.Host == "" || scheme != "http" && scheme != "https" {
		return Example{}, errs.New(errs.Invalid, "the address is none of HTTP: https://host/path is wanted")
	}
	below, _, _ = strings.Cut(below, "#")
	path, query, _ := strings.Cut(below, "?")
	ex := &taker{Example: Example{BaseURL: scheme + "://" + host, Secrets: map[string]string{}, Notes: r.notes}}
	ex.Call.Method = r.verb()
	ex.Call.Effect, ex.Call.Repeat = effectOf(ex.Call.Method)
	if r.get && len(r.data) > 0 {
		query = strings.Trim(query+"&"+strings.Join(r.data, "&"), "&")
		r.data = nil
	}
	ex.basic(r.user)
	media := ex.headers(r.headers)
	ex.path(path)
	ex.query(query)
	if len(r.data) > 0 {
		if r.asJSON {
			media = "application/json"
		}
		join := "&"
		if r.asJSON {
			join = ""
		}
		ex.body(strings.Join(r.data, join), media)
	}
	ex.name()
	return ex.Example, nil
}

func (r *request) verb() string {
	switch {
	case r.method != "":
		return r.method
	case len(r.data) > 0 && !r.get:
		return "POST"
	}
	return "GET"
}

// taker takes an example apart.
type taker struct{ Example }

// keep takes a secret for the connection. What only stands for one is none.
func (t *taker) keep(name, text string) {
	if text == "" || strings.ContainsAny(text[:1], "$<{[") || strings.HasPrefix(strings.ToUpper(text), "YOUR") || strings.Trim(text, "xX.*•") == "" {
		return
	}
	t.Secrets[name] = text
}

// signIn sets the way to sign in; false where there is one already.
func (t *taker) signIn(w Way) bool {
	if t.Auth.Kind != "" {
		return false
	}
	t.Auth = w
	return true
}

// another takes a secret that is not of the way to sign in, and returns the
// reference to it.
func (t *taker) another(name, text string) string {
	name = among(nameOf(name), slices.Concat(t.More, []string{"api_key", "token", "username", "password"}))
	t.More = append(t.More, name)
	t.keep(name, text)
	return "{{ secrets." + name + " }}"
}

func (t *taker) basic(user string) {
	if user == "" {
		return
	}
	name, password, _ := strings.Cut(user, ":")
	if t.signIn(Way{Kind: connector.Basic}) {
		t.keep("username", name)
		t.keep("password", password)
	}
}

// browserHeaders say something about who asked, and nothing about the request.
var browserHeaders = []string{
	"user-agent", "referer", "origin", "accept-language", "accept-encoding", "connection", "host", "content-length", "cache-control", "pragma", "dnt", "priority", "te",
	"upgrade-insecure-requests", "if-none-match", "if-modified-since", "expect", "transfer-encoding",
}

// headers takes the headers, and returns the body's media type.
func (t *taker) headers(all []Pair) (media string) {
	for _, h := range all {
		name := strings.ToLower(h.Name)
		switch {
		case name == "content-type":
			media, _, _ = strings.Cut(strings.ToLower(h.Value), ";")
			media = strings.TrimSpace(media)
		case name == "authorization":
			t.authorization(h.Value)
		case name == "cookie":
			t.Notes = append(t.Notes, "The cookie was left out: it is of somebody's browser, and ends with their session.")
		case slices.Contains(browserHeaders, name), strings.HasPrefix(name, "sec-"):
		case secretive(h.Name), opaque(h.Value):
			if t.signIn(Way{Kind: connector.APIKey, Header: h.Name}) {
				t.keep("api_key", h.Value)
				continue
			}
			t.Call.Headers = append(t.Call.Headers, Pair{h.Name, t.another(h.Name, h.Value)})
		default:
			t.Call.Headers = append(t.Call.Headers, Pair{h.Name, t.placeholders(h.Value)})
		}
	}
	t.Call.Headers = distinct(t.Call.Headers)
	return media
}

func distinct(ps []Pair) []Pair {
	var out []Pair
	for _, p := range ps {
		if !slices.ContainsFunc(out, func(q Pair) bool { return strings.EqualFold(p.Name, q.Name) }) {
			out = append(out, p)
		}
	}
	return out
}

// authorization takes the header of RFC 9110 section 11.6.2: a scheme, and what
// it wants.
func (t *taker) authorization(text string) {
	scheme, rest, ok := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	switch {
	case !ok:
		if t.signIn(Way{Kind: connector.APIKey, Header: "Authorization"}) {
			t.keep("api_key", text)
		}
	case strings.EqualFold(scheme, "Bearer"):
		if t.signIn(Way{Kind: connector.Bearer}) {
			t.keep("token", rest)
		}
	case strings.EqualFold(scheme, "Basic"):
		plain, err := base64.StdEncoding.DecodeString(rest)
		if err == nil && t.Auth.Kind == "" {
			t.basic(string(plain))
		}
		t.signIn(Way{Kind: connector.Basic})
	default:
		if t.signIn(Way{Kind: connector.APIKey, Header: "Authorization", Prefix: scheme + " "}) {
			t.keep("api_key", rest)
		}
	}
}
