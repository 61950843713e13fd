//! Facts as values of the expression language.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use cel::ExecutionError;
use cel::common::traits::{self, Container, Indexer, Iterable, Sizer};
use cel::common::types::{
    CelBool, CelDouble, CelInt, CelList, CelMap, CelNull, CelString, CelUInt, MAP_TYPE, Type,
};
use cel::common::value::{CowVal, StaticVal, Val};
use serde_json::{Map, Number, Value};

/// A record or a map of facts; a copy of it shares its fields.
///
/// Comprehensions copy every item of a list, which would copy whole trees with the language's own
/// map type.
#[derive(Clone)]
pub(super) struct Record(Arc<[(CelString<'static>, Box<dyn Val>)]>);

impl Record {
    pub(super) fn new(map: &Map<String, Value>) -> Self {
        let mut fields: Vec<(CelString<'static>, Box<dyn Val>)> = map
            .iter()
            .map(|(key, value)| (CelString::from(key.clone()), to_cel(value)))
            .collect();
        fields.sort_by(|(one, _), (other, _)| one.inner().cmp(other.inner()));
        Self(fields.into())
    }

    fn find(&self, key: &str) -> Option<&(dyn Val + 'static)> {
        let found = self.0.binary_search_by(|(name, _)| name.inner().cmp(key));
        let (_, value) = self.0.get(found.ok()?)?;
        Some(value.as_ref())
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = self.0.iter().map(|(key, value)| (key.inner(), value));
        f.debug_map().entries(fields).finish()
    }
}

impl Val for Record {
    fn get_type(&self) -> &Type {
        &MAP_TYPE
    }

    fn cel_type() -> &'static Type {
        &MAP_TYPE
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_iterable<'b, 'v>(&'b self) -> Option<&'b (dyn Iterable + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Record {}

impl Container for Record {
    fn contains(&self, value: &dyn Val) -> Result<bool, ExecutionError> {
        Ok(value
            .downcast_ref::<CelString>()
            .is_some_and(|key| self.find(key.inner()).is_some()))
    }
}

impl Indexer for Record {
    fn get<'b, 'v>(&'b self, index: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let Some(key) = index.downcast_ref::<CelString>() else {
            return Err(ExecutionError::UnexpectedType {
                got: index.get_type().name().to_owned(),
                want: "map key".to_owned(),
            });
        };
        match self.find(key.inner()) {
            Some(value) => Ok(CowVal::Borrowed(value)),
            None => Err(ExecutionError::no_such_key(key.inner())),
        }
    }

    fn steal<'v>(self: Box<Self>, index: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.get(index).map(CowVal::into_owned)
    }
}

impl Iterable for Record {
    fn iter<'b, 'v>(&'b self) -> Box<dyn traits::Iterator<'b, 'v> + 'b>
    where
        Self: 'v,
    {
        Box::new(Keys(self.0.iter()))
    }
}

struct Keys<'b>(std::slice::Iter<'b, (CelString<'static>, Box<dyn Val>)>);

impl<'b, 'v> traits::Iterator<'b, 'v> for Keys<'b> {
    fn next(&mut self) -> Option<&'b (dyn Val + 'v)> {
        self.0.next().map(|(key, _)| key as &dyn Val)
    }
}

impl Sizer for Record {
    fn size(&self) -> CelInt {
        CelInt::from(i64::try_from(self.0.len()).unwrap_or(i64::MAX))
    }
}

/// A JSON value as a value of the expression language.
pub(super) fn to_cel(value: &Value) -> Box<dyn Val> {
    match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(value) => Box::new(CelBool::from(*value)),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(value), _) => Box::new(CelInt::from(value)),
            (None, Some(value)) => Box::new(CelUInt::from(value)),
            _ => Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN))),
        },
        Value::String(value) => Box::new(CelString::from(value.clone())),
        Value::Array(items) => {
            let items: Vec<Box<dyn Val>> = items.iter().map(to_cel).collect();
            Box::new(CelList::from(items))
        }
        Value::Object(map) => Box::new(Record::new(map)),
    }
}

/// A value of the expression language as JSON; null for what JSON has no word for.
pub(super) fn to_json(value: &dyn Val) -> Value {
    if let Some(value) = value.downcast_ref::<CelBool>() {
        Value::Bool(*value.inner())
    } else if let Some(value) = value.downcast_ref::<CelInt>() {
        Value::from(*value.inner())
    } else if let Some(value) = value.downcast_ref::<CelUInt>() {
        Value::from(*value.inner())
    } else if let Some(value) = value.downcast_ref::<CelDouble>() {
        Number::from_f64(*value.inner()).map_or(Value::Null, Value::Number)
    } else if let Some(value) = value.downcast_ref::<CelString>() {
        Value::String(value.inner().to_owned())
    } else if let Some(list) = value.downcast_ref::<CelList>() {
        let items = list.inner().iter();
        Value::Array(items.map(|item| to_json(item.as_ref())).collect())
    } else if let Some(record) = value.downcast_ref::<Record>() {
        let fields = record.0.iter();
        Value::Object(
            fields
                .map(|(key, value)| (key.inner().to_owned(), to_json(value.as_ref())))
                .collect(),
        )
    } else if let Some(map) = value.downcast_ref::<CelMap>() {
        let mut fields: Vec<(String, Value)> = map
            .inner()
            .iter()
            .filter_map(|(key, value)| {
                let key = key.inner().downcast_ref::<CelString>()?.inner().to_owned();
                Some((key, to_json(value.as_ref())))
            })
            .collect();
        fields.sort_by(|(one, _), (other, _)| one.cmp(other));
        Value::Object(fields.into_iter().collect())
    } else {
        Value::Null
    }
}
