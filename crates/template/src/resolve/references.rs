//! `Ref` and `Fn::GetAtt`: names into what AWS would give for them.

use super::Resolver;
use super::functions::absent;
use crate::diagnostic::Diagnostic;
use crate::identity::Identity;
use crate::resources::{Filling, Local, Naming, PRODUCT, ResourceType, fill, lookup, partition, url_suffix};
use crate::source::Span;
use crate::tree::{Kind, Node};
use crate::value::{Data, Value};

impl Resolver<'_> {
    pub(super) fn call_ref(&self, argument: &Node) -> Option<Value> {
        let Some(name) = argument.scalar() else {
            let message = format!("Ref takes a name, but is given {}", argument.description());
            self.report(Diagnostic::error("bad-function", message).at(argument.span));
            return None;
        };
        self.reference(name, argument.span)
    }

    /// `!GetAtt Assets.Arn`, `!GetAtt Database.Endpoint.Address`, `[Assets, Arn]`.
    pub(super) fn call_attribute(&self, argument: &Node) -> Option<Value> {
        let (logical_id, attribute) = match &argument.kind {
            Kind::Scalar(scalar) => {
                let Some((logical_id, attribute)) = scalar.text.split_once('.') else {
                    let message = format!("`{}` names no attribute", scalar.text);
                    let help = "write it as !GetAtt RESOURCE.ATTRIBUTE";
                    self.report(Diagnostic::error("bad-function", message).at(argument.span).help(help));
                    return None;
                };
                (logical_id.to_owned(), attribute.to_owned())
            }
            Kind::Sequence(nodes) if nodes.len() > 2 => {
                let texts = nodes.iter().map(Node::scalar).collect::<Option<Vec<_>>>()?;
                (texts[0].to_owned(), texts[1..].join("."))
            }
            _ => {
                let form = "!GetAtt RESOURCE.ATTRIBUTE or [RESOURCE, ATTRIBUTE]";
                let [logical_id, attribute] = self.arguments("Fn::GetAtt", argument, 2, form)? else {
                    return None;
                };
                (logical_id.scalar()?.to_owned(), self.text(attribute, "Fn::GetAtt's attribute")?)
            }
        };
        // `!GetAtt Function.Alias.Arn` has a resource that SAM makes before its last dot.
        match attribute.split_once('.') {
            Some((second, last)) if self.is_named(&format!("{logical_id}.{second}")) => {
                self.attribute(&format!("{logical_id}.{second}"), last, argument.span)
            }
            _ => self.attribute(&logical_id, &attribute, argument.span),
        }
    }

    /// Whether `Ref` could name it.
    pub(super) fn is_named(&self, name: &str) -> bool {
        self.parameters.contains_key(name)
            || self.sections.resources.contains_key(name)
            || self.sections.generated.contains_key(name)
    }

    /// What `Ref` gives for a parameter, a resource or a pseudo parameter.
    pub(super) fn reference(&self, name: &str, span: Span) -> Option<Value> {
        if name.starts_with("AWS::") {
            return self.pseudo_parameter(name, span);
        }
        if let Some(value) = self.parameters.get(name) {
            return Some(Value { data: value.data.clone(), span });
        }
        let Some(subject) = self.subject(name) else {
            self.report(self.dangling(name, span));
            return None;
        };
        self.check_created(name, span);
        let text = match subject.known {
            Some(known) => self.fill(known.reference, &subject, span)?,
            None => self.physical_name(&subject, span)?,
        };
        Some(Value::text_of(self.or_given(&subject, "", text, span), span))
    }

    /// What `Fn::GetAtt` gives.
    pub(super) fn attribute(&self, logical_id: &str, attribute: &str, span: Span) -> Option<Value> {
        let Some(subject) = self.subject(logical_id) else {
            self.report(self.dangling(logical_id, span));
            return None;
        };
        self.check_created(logical_id, span);
        let Some(known) = subject.known else {
            return self.guessed_attribute(&subject, attribute, span);
        };
        if let Some(pattern) = known.attribute(attribute) {
            let text = self.fill(pattern, &subject, span)?;
            return Some(Value::text_of(self.or_given(&subject, attribute, text, span), span));
        }
        // The attributes of types that do not run here are not all in the table.
        if known.local != Local::Runs {
            return self.guessed_attribute(&subject, attribute, span);
        }
        // `Outputs.X`, of types with attributes of the user's own choice.
        let names = known.attributes.iter().map(|(name, _)| *name);
        let message = format!("is no attribute of {}", known.name);
        self.report(absent(attribute, &message, self.source.find(span, attribute), names));
        None
    }

    /// The physical name of a written resource: its property's, or one that is made up.
    pub(crate) fn name_of(&self, logical_id: &str, span: Span) -> Option<String> {
        self.physical_name(&self.subject(logical_id)?, span)
    }

    pub(crate) fn identity<'a>(&'a self, logical_id: &'a str) -> Identity<'a> {
        Identity { stack: &self.settings.stack_name, logical_id }
    }

    /// A pattern of [`crate::resources`] for a written or generated resource.
    pub(crate) fn fill_for(&self, logical_id: &str, pattern: &str, span: Span) -> String {
        self.subject(logical_id).and_then(|subject| self.fill(pattern, &subject, span)).unwrap_or_default()
    }

    fn fill(&self, pattern: &str, subject: &Subject<'_>, span: Span) -> Option<String> {
        let name =
            if pattern.contains("{name}") { self.physical_name(subject, span)? } else { String::new() };
        let filling = Filling {
            identity: self.identity(&subject.identity),
            name: &name,
            region: &self.settings.region,
            account: &self.settings.account,
        };
        Some(fill(pattern, &filling))
    }

    fn physical_name(&self, subject: &Subject<'_>, span: Span) -> Option<String> {
        let id = subject.identity.as_str();
        if let Some(known) = self.names.borrow().get(id) {
            if known.is_none() {
                let message = format!("the name of `{id}` depends on itself");
                self.report(Diagnostic::error("circular", message).at(span));
            }
            return known.clone();
        }
        self.names.borrow_mut().insert(id.to_owned(), None);
        let naming = subject.known.map_or(Naming::Made, |known| known.naming);
        let written = naming.property().and_then(|property| {
            let properties = self.sections.resources.get(id)?.node.member("Properties")?;
            self.resolve(properties.member(property)?).text().map(str::to_owned)
        });
        let name = written.filter(|name| !name.is_empty()).unwrap_or_else(|| {
            let identity = self.identity(id);
            if matches!(naming, Naming::LowerProperty(_)) { identity.lower_name() } else { identity.name() }
        });
        self.names.borrow_mut().insert(id.to_owned(), Some(name.clone()));
        Some(name)
    }

    fn subject<'a>(&'a self, name: &'a str) -> Option<Subject<'a>> {
        if let Some(resource) = self.sections.resources.get(name) {
            let known = lookup(resource.type_name);
            return Some(Subject { identity: name.to_owned(), resource_type: resource.type_name, known });
        }
        let generated = self.sections.generated.get(name)?;
        let identity = generated.of.clone().unwrap_or_else(|| name.to_owned());
        Some(Subject {
            identity,
            resource_type: generated.resource_type,
            known: lookup(generated.resource_type),
        })
    }

    fn pseudo_parameter(&self, name: &str, span: Span) -> Option<Value> {
        let settings = self.settings;
        let text = match name {
            "AWS::Region" => settings.region.clone(),
            "AWS::AccountId" => settings.account.clone(),
            "AWS::StackName" => settings.stack_name.clone(),
            "AWS::Partition" => partition(&settings.region).to_owned(),
            "AWS::URLSuffix" => url_suffix(&settings.region).to_owned(),
            "AWS::StackId" => format!(
                "arn:{}:cloudformation:{}:{}:stack/{}/{}",
                partition(&settings.region),
                settings.region,
                settings.account,
                settings.stack_name,
                self.identity("AWS::StackId").uuid()
            ),
            "AWS::NotificationARNs" => return Some(Value { data: Data::List(Vec::new()), span }),
            "AWS::NoValue" => return Some(Value::absent(span)),
            _ => {
                let message = "is no pseudo parameter";
                self.report(absent(
                    name,
                    message,
                    self.source.find(span, name),
                    PSEUDO_PARAMETERS.iter().copied(),
                ));
                return None;
            }
        };
        Some(Value::text_of(text, span))
    }

    fn dangling(&self, name: &str, span: Span) -> Diagnostic {
        let resources = self.sections.resources.keys().copied();
        let parameters = self.parameters.keys().map(String::as_str);
        let generated = self.sections.generated.keys().map(String::as_str);
        let pseudo = PSEUDO_PARAMETERS.iter().copied();
        let known = resources.chain(parameters).chain(generated).chain(pseudo);
        let problem = absent(
            name,
            "is neither a parameter nor a resource of this template",
            self.source.find(span, name),
            known,
        );
        match name {
            "ServerlessHttpApi" => {
                problem.help("it exists once a function has an HttpApi event with no ApiId")
            }
            "ServerlessRestApi" => {
                problem.help("it exists once a function has an Api event with no RestApiId")
            }
            _ => problem,
        }
    }

    /// A resource whose condition does not hold is not there to be named.
    fn check_created(&self, name: &str, span: Span) {
        let Some(resource) = self.sections.resources.get(name) else { return };
        let Some(condition) = resource.node.member("Condition") else { return };
        let Some(condition_name) = condition.scalar() else { return };
        if self.condition(condition_name, condition.span) == Some(false) {
            let message = format!("`{name}` is not in the stack: its condition `{condition_name}` is false");
            self.report(
                Diagnostic::error("unknown-reference", message)
                    .at(span)
                    .related(condition.span, "this condition")
                    .help(format!("name it within !If [{condition_name}, …, …]")),
            );
        }
    }

    /// A value of a resource that exists in AWS only is the user's to give: by `resource:Orders`, or
    /// `resource:Orders.Arn` for an attribute.
    fn or_given(&self, subject: &Subject<'_>, attribute: &str, text: String, span: Span) -> String {
        if subject.known.is_some_and(|known| known.local != Local::Absent) {
            return text;
        }
        let dot = if attribute.is_empty() { "" } else { "." };
        self.take_from_outside(&format!("resource:{}{dot}{attribute}", subject.identity), text, span)
    }

    fn guessed_attribute(&self, subject: &Subject<'_>, attribute: &str, span: Span) -> Option<Value> {
        let name = self.physical_name(subject, span)?;
        let settings = self.settings;
        let text = if attribute.ends_with("Arn") || attribute.ends_with("ARN") {
            let product =
                subject.resource_type.split("::").nth(PRODUCT).unwrap_or("custom").to_ascii_lowercase();
            let partition = partition(&settings.region);
            format!("arn:{partition}:{product}:{}:{}:{name}", settings.region, settings.account)
        } else {
            format!("{name}.{attribute}")
        };
        Some(Value::text_of(self.or_given(subject, attribute, text, span), span))
    }
}

/// What a reference names.
struct Subject<'a> {
    /// The logical id that its identifiers are made from.
    identity: String,
    resource_type: &'a str,
    known: Option<&'static ResourceType>,
}

const PSEUDO_PARAMETERS: &[&str] = &[
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];
