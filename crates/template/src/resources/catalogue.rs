//! The table of resource types. Attributes are those that templates of web applications use;
//! source: the CloudFormation template reference, "Return values" of each type.

use super::{Local, Naming, ResourceType};

/// What is known of that type.
pub(crate) fn lookup(name: &str) -> Option<&'static ResourceType> {
    TYPES.iter().find(|known| known.name == name)
}

/// The names of all types in the table.
pub(crate) fn known_types() -> impl Iterator<Item = &'static str> {
    TYPES.iter().map(|known| known.name)
}

/// The product's name in `AWS::Serverless::Function`: what ARNs of unknown types begin with.
pub(crate) const PRODUCT: usize = 1;

const fn runs(
    name: &'static str,
    naming: Naming,
    reference: &'static str,
    attributes: &'static [(&'static str, &'static str)],
) -> ResourceType {
    ResourceType { name, naming, reference, attributes, local: Local::Runs }
}

const fn silent(
    name: &'static str,
    naming: Naming,
    reference: &'static str,
    attributes: &'static [(&'static str, &'static str)],
) -> ResourceType {
    ResourceType { name, naming, reference, attributes, local: Local::NothingToRun }
}

const fn absent(
    name: &'static str,
    naming: Naming,
    reference: &'static str,
    attributes: &'static [(&'static str, &'static str)],
) -> ResourceType {
    ResourceType { name, naming, reference, attributes, local: Local::Absent }
}

const FUNCTION_ARN: &str = "arn:{partition}:lambda:{region}:{account}:function:{name}";
const HTTP_API: &[(&str, &str)] =
    &[("ApiEndpoint", "https://{api}.execute-api.{region}.{suffix}"), ("ApiId", "{api}")];
const REST_API: &[(&str, &str)] = &[("RestApiId", "{api}"), ("RootResourceId", "{random}")];
const RDS: &[(&str, &str)] = &[
    ("Endpoint.Address", "{name}.cluster-{random}.{region}.rds.{suffix}"),
    ("Endpoint.Port", "3306"),
    ("ReadEndpoint.Address", "{name}.cluster-ro-{random}.{region}.rds.{suffix}"),
    ("DBClusterArn", "arn:{partition}:rds:{region}:{account}:cluster:{name}"),
    ("DBInstanceArn", "arn:{partition}:rds:{region}:{account}:db:{name}"),
    ("DbiResourceId", "db-{random}"),
    ("DBClusterResourceId", "cluster-{random}"),
    (
        "MasterUserSecret.SecretArn",
        "arn:{partition}:secretsmanager:{region}:{account}:secret:rds!{name}-{random}",
    ),
];

static TYPES: &[ResourceType] = &[
    // === What runs ===
    runs("AWS::Serverless::Function", Naming::Property("FunctionName"), "{name}", &[("Arn", FUNCTION_ARN)]),
    runs(
        "AWS::Lambda::Function",
        Naming::Property("FunctionName"),
        "{name}",
        &[("Arn", FUNCTION_ARN), ("SnapStartResponse.ApplyOn", "None")],
    ),
    runs(
        "AWS::Lambda::Url",
        Naming::Made,
        FUNCTION_ARN,
        &[("FunctionUrl", "https://{url}.lambda-url.{region}.on.aws/"), ("FunctionArn", FUNCTION_ARN)],
    ),
    runs("AWS::Serverless::HttpApi", Naming::Property("Name"), "{api}", HTTP_API),
    runs("AWS::Serverless::Api", Naming::Property("Name"), "{api}", REST_API),
    runs(
        "AWS::Serverless::LayerVersion",
        Naming::Property("LayerName"),
        "arn:{partition}:lambda:{region}:{account}:layer:{name}:1",
        &[],
    ),
    runs(
        "AWS::Lambda::LayerVersion",
        Naming::Property("LayerName"),
        "arn:{partition}:lambda:{region}:{account}:layer:{name}:1",
        &[("LayerVersionArn", "arn:{partition}:lambda:{region}:{account}:layer:{name}:1")],
    ),
    runs(
        "AWS::S3::Bucket",
        Naming::LowerProperty("BucketName"),
        "{name}",
        &[
            ("Arn", "arn:{partition}:s3:::{name}"),
            ("DomainName", "{name}.s3.{suffix}"),
            ("RegionalDomainName", "{name}.s3.{region}.{suffix}"),
            ("DualStackDomainName", "{name}.s3.dualstack.{region}.{suffix}"),
            ("WebsiteURL", "http://{name}.s3-website-{region}.{suffix}"),
        ],
    ),
    runs("AWS::S3::BucketPolicy", Naming::Made, "{name}", &[]),
    runs(
        "AWS::CloudFront::Distribution",
        Naming::Made,
        "{cloudfront}",
        &[("DomainName", "{host}.cloudfront.net"), ("Id", "{cloudfront}")],
    ),
    runs(
        "AWS::CloudFront::CloudFrontOriginAccessIdentity",
        Naming::Made,
        "{cloudfront}",
        &[("S3CanonicalUserId", "{canonical}"), ("Id", "{cloudfront}")],
    ),
    runs("AWS::CloudFront::OriginAccessControl", Naming::Made, "{cloudfront}", &[("Id", "{cloudfront}")]),
    runs("AWS::CloudFront::CachePolicy", Naming::Made, "{uuid}", &[("Id", "{uuid}")]),
    runs("AWS::CloudFront::OriginRequestPolicy", Naming::Made, "{uuid}", &[("Id", "{uuid}")]),
    runs("AWS::CloudFront::ResponseHeadersPolicy", Naming::Made, "{uuid}", &[("Id", "{uuid}")]),
    runs(
        "AWS::CloudFront::Function",
        Naming::Property("Name"),
        "arn:{partition}:cloudfront::{account}:function/{name}",
        &[
            ("FunctionARN", "arn:{partition}:cloudfront::{account}:function/{name}"),
            ("FunctionMetadata.FunctionARN", "arn:{partition}:cloudfront::{account}:function/{name}"),
            ("Stage", "LIVE"),
        ],
    ),
    runs("AWS::RDS::DBInstance", Naming::LowerProperty("DBInstanceIdentifier"), "{name}", RDS),
    runs("AWS::RDS::DBCluster", Naming::LowerProperty("DBClusterIdentifier"), "{name}", RDS),
    runs(
        "AWS::SecretsManager::Secret",
        Naming::Property("Name"),
        "arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-{random}",
        &[("Id", "arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-{random}")],
    ),
    // === What needs nothing to run ===
    silent(
        "AWS::IAM::Role",
        Naming::Property("RoleName"),
        "{name}",
        &[("Arn", "arn:{partition}:iam::{account}:role/{name}"), ("RoleId", "AROA{random}")],
    ),
    silent("AWS::IAM::Policy", Naming::Property("PolicyName"), "{name}", &[("Id", "{name}")]),
    silent(
        "AWS::IAM::ManagedPolicy",
        Naming::Property("ManagedPolicyName"),
        "arn:{partition}:iam::{account}:policy/{name}",
        &[("PolicyArn", "arn:{partition}:iam::{account}:policy/{name}")],
    ),
    silent("AWS::Lambda::Permission", Naming::Made, "{name}", &[("Id", "{name}")]),
    silent("AWS::Lambda::LayerVersionPermission", Naming::Made, "{name}", &[("Id", "{name}")]),
    silent(
        "AWS::Lambda::Version",
        Naming::Made,
        "{name}:1",
        &[("Version", "1"), ("FunctionArn", "{name}:1")],
    ),
    silent("AWS::Lambda::Alias", Naming::Made, "{name}", &[("AliasArn", "{name}")]),
    silent(
        "AWS::Logs::LogGroup",
        Naming::Property("LogGroupName"),
        "{name}",
        &[("Arn", "arn:{partition}:logs:{region}:{account}:log-group:{name}:*")],
    ),
    silent("AWS::ApiGatewayV2::Stage", Naming::Made, "{name}", &[]),
    silent("AWS::ApiGateway::Stage", Naming::Made, "{name}", &[]),
    silent("AWS::ApiGateway::Deployment", Naming::Made, "{random}", &[("DeploymentId", "{random}")]),
    silent("AWS::ApiGateway::Account", Naming::Made, "{name}", &[("Id", "{name}")]),
    silent(
        "AWS::CloudWatch::Alarm",
        Naming::Property("AlarmName"),
        "{name}",
        &[("Arn", "arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}")],
    ),
    silent("AWS::CloudWatch::Dashboard", Naming::Property("DashboardName"), "{name}", &[]),
    silent(
        "AWS::CloudFormation::WaitConditionHandle",
        Naming::Made,
        "https://cloudformation-waitcondition.s3.{suffix}/{name}",
        &[],
    ),
    silent("AWS::RDS::DBSubnetGroup", Naming::LowerProperty("DBSubnetGroupName"), "{name}", &[]),
    silent("AWS::RDS::DBParameterGroup", Naming::Made, "{name}", &[("DBParameterGroupName", "{name}")]),
    silent("AWS::RDS::DBClusterParameterGroup", Naming::Made, "{name}", &[]),
    silent("AWS::SecretsManager::SecretTargetAttachment", Naming::Made, "{name}", &[("Id", "{name}")]),
    silent(
        "AWS::EC2::VPC",
        Naming::Made,
        "vpc-{hex}",
        &[("VpcId", "vpc-{hex}"), ("CidrBlock", "10.0.0.0/16"), ("DefaultSecurityGroup", "sg-{hex}")],
    ),
    silent(
        "AWS::EC2::Subnet",
        Naming::Made,
        "subnet-{hex}",
        &[("SubnetId", "subnet-{hex}"), ("AvailabilityZone", "{region}a"), ("VpcId", "vpc-{hex}")],
    ),
    silent(
        "AWS::EC2::SecurityGroup",
        Naming::Made,
        "sg-{hex}",
        &[("GroupId", "sg-{hex}"), ("Id", "sg-{hex}"), ("VpcId", "vpc-{hex}")],
    ),
    silent("AWS::EC2::SecurityGroupIngress", Naming::Made, "{name}", &[("Id", "{name}")]),
    silent("AWS::EC2::SecurityGroupEgress", Naming::Made, "{name}", &[("Id", "{name}")]),
    silent("AWS::EC2::InternetGateway", Naming::Made, "igw-{hex}", &[("InternetGatewayId", "igw-{hex}")]),
    silent("AWS::EC2::VPCGatewayAttachment", Naming::Made, "{name}", &[]),
    silent("AWS::EC2::RouteTable", Naming::Made, "rtb-{hex}", &[("RouteTableId", "rtb-{hex}")]),
    silent("AWS::EC2::Route", Naming::Made, "{name}", &[]),
    silent(
        "AWS::EC2::SubnetRouteTableAssociation",
        Naming::Made,
        "rtbassoc-{hex}",
        &[("Id", "rtbassoc-{hex}")],
    ),
    silent(
        "AWS::EC2::EIP",
        Naming::Made,
        "203.0.113.1",
        &[("AllocationId", "eipalloc-{hex}"), ("PublicIp", "203.0.113.1")],
    ),
    silent("AWS::EC2::NatGateway", Naming::Made, "nat-{hex}", &[("NatGatewayId", "nat-{hex}")]),
    silent("AWS::EC2::VPCEndpoint", Naming::Made, "vpce-{hex}", &[("Id", "vpce-{hex}")]),
    silent(
        "AWS::EFS::FileSystem",
        Naming::Made,
        "fs-{hex}",
        &[
            ("Arn", "arn:{partition}:elasticfilesystem:{region}:{account}:file-system/fs-{hex}"),
            ("FileSystemId", "fs-{hex}"),
        ],
    ),
    silent(
        "AWS::EFS::AccessPoint",
        Naming::Made,
        "fsap-{hex}",
        &[
            ("Arn", "arn:{partition}:elasticfilesystem:{region}:{account}:access-point/fsap-{hex}"),
            ("AccessPointId", "fsap-{hex}"),
        ],
    ),
    silent(
        "AWS::EFS::MountTarget",
        Naming::Made,
        "fsmt-{hex}",
        &[("Id", "fsmt-{hex}"), ("IpAddress", "10.0.0.5")],
    ),
    silent(
        "AWS::CertificateManager::Certificate",
        Naming::Made,
        "arn:{partition}:acm:{region}:{account}:certificate/{uuid}",
        &[],
    ),
    silent("AWS::Route53::RecordSet", Naming::Property("Name"), "{name}", &[]),
    silent("AWS::Route53::RecordSetGroup", Naming::Made, "{name}", &[]),
    silent("AWS::Route53::HostedZone", Naming::Made, "Z{random}", &[("Id", "Z{random}")]),
    silent(
        "AWS::KMS::Key",
        Naming::Made,
        "{uuid}",
        &[("Arn", "arn:{partition}:kms:{region}:{account}:key/{uuid}"), ("KeyId", "{uuid}")],
    ),
    silent("AWS::KMS::Alias", Naming::Property("AliasName"), "{name}", &[]),
    silent(
        "AWS::WAFv2::WebACL",
        Naming::Property("Name"),
        "{name}",
        &[("Arn", "arn:{partition}:wafv2:{region}:{account}:global/webacl/{name}/{uuid}"), ("Id", "{uuid}")],
    ),
    // === What exists in AWS only ===
    absent(
        "AWS::Serverless::SimpleTable",
        Naming::Property("TableName"),
        "{name}",
        &[("Arn", "arn:{partition}:dynamodb:{region}:{account}:table/{name}")],
    ),
    absent(
        "AWS::DynamoDB::Table",
        Naming::Property("TableName"),
        "{name}",
        &[
            ("Arn", "arn:{partition}:dynamodb:{region}:{account}:table/{name}"),
            (
                "StreamArn",
                "arn:{partition}:dynamodb:{region}:{account}:table/{name}/stream/2026-01-01T00:00:00.000",
            ),
            ("TableId", "{uuid}"),
        ],
    ),
    absent(
        "AWS::SQS::Queue",
        Naming::Property("QueueName"),
        "https://sqs.{region}.{suffix}/{account}/{name}",
        &[
            ("Arn", "arn:{partition}:sqs:{region}:{account}:{name}"),
            ("QueueName", "{name}"),
            ("QueueUrl", "https://sqs.{region}.{suffix}/{account}/{name}"),
        ],
    ),
    absent(
        "AWS::SNS::Topic",
        Naming::Property("TopicName"),
        "arn:{partition}:sns:{region}:{account}:{name}",
        &[("TopicName", "{name}"), ("TopicArn", "arn:{partition}:sns:{region}:{account}:{name}")],
    ),
    absent(
        "AWS::Events::Rule",
        Naming::Property("Name"),
        "{name}",
        &[("Arn", "arn:{partition}:events:{region}:{account}:rule/{name}")],
    ),
    absent(
        "AWS::Scheduler::Schedule",
        Naming::Property("Name"),
        "{name}",
        &[("Arn", "arn:{partition}:scheduler:{region}:{account}:schedule/default/{name}")],
    ),
    absent(
        "AWS::SSM::Parameter",
        Naming::Property("Name"),
        "{name}",
        &[("Type", "String"), ("Value", "{name}")],
    ),
    absent(
        "AWS::ElastiCache::CacheCluster",
        Naming::LowerProperty("ClusterName"),
        "{name}",
        &[
            ("RedisEndpoint.Address", "{name}.{random}.0001.cache.{suffix}"),
            ("RedisEndpoint.Port", "6379"),
            ("ConfigurationEndpoint.Address", "{name}.{random}.cfg.cache.{suffix}"),
            ("ConfigurationEndpoint.Port", "11211"),
        ],
    ),
    absent(
        "AWS::RDS::DBProxy",
        Naming::LowerProperty("DBProxyName"),
        "{name}",
        &[
            ("Endpoint", "{name}.proxy-{random}.{region}.rds.{suffix}"),
            ("DBProxyArn", "arn:{partition}:rds:{region}:{account}:db-proxy:prx-{hex}"),
        ],
    ),
    absent(
        "AWS::StepFunctions::StateMachine",
        Naming::Property("StateMachineName"),
        "arn:{partition}:states:{region}:{account}:stateMachine:{name}",
        &[("Arn", "arn:{partition}:states:{region}:{account}:stateMachine:{name}"), ("Name", "{name}")],
    ),
    absent(
        "AWS::Cognito::UserPool",
        Naming::Made,
        "{region}_{random}",
        &[
            ("Arn", "arn:{partition}:cognito-idp:{region}:{account}:userpool/{region}_{random}"),
            ("ProviderName", "cognito-idp.{region}.{suffix}/{region}_{random}"),
            ("UserPoolId", "{region}_{random}"),
        ],
    ),
    absent("AWS::Cognito::UserPoolClient", Naming::Made, "{hex}", &[("ClientId", "{hex}")]),
];
