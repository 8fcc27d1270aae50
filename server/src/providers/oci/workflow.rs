//! What Media Flow is to do with a file: a list of tasks, and the JSON that says so. Pure.

use serde_json::{Value, json};

use super::{names, settings::Settings};

/// Where in the film pictures are taken, in percent: a poster is chosen from them.
pub const PICTURES: [u32; 9] = [10, 20, 30, 40, 50, 60, 70, 80, 90];

/// Something that Media Flow does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Fetches the file from its bucket.
    GetFiles,
    /// Makes renditions of it, as HLS.
    Transcode {
        /// Their heights, in pixels.
        ladder: Vec<u32>,
        /// Seconds of a segment.
        segment_length: u32,
    },
    /// Takes pictures of it.
    Thumbnail {
        /// Their width, in pixels.
        width: u32,
    },
    /// Puts what was made into a bucket.
    PutFiles,
    /// Writes down what is said. Stands beside the others: its failure takes nothing away.
    Transcribe {
        /// What is spoken.
        language: String,
    },
    /// Looks for things in the picture. Stands beside the others too.
    VisionDetection,
}

impl Task {
    /// What it is called: by Oracle, and among the others.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::GetFiles => "getFiles",
            Self::Transcode { .. } => "transcode",
            Self::Thumbnail { .. } => "thumbnail",
            Self::PutFiles => "putFiles",
            Self::Transcribe { .. } => "transcribe",
            Self::VisionDetection => "visionDetection",
        }
    }

    /// Whether the video plays without it.
    pub const fn is_optional(&self) -> bool {
        matches!(self, Self::Transcribe { .. } | Self::VisionDetection)
    }

    fn prerequisite(&self) -> Option<&'static str> {
        match self {
            Self::GetFiles => None,
            Self::Transcode { .. } | Self::Transcribe { .. } | Self::VisionDetection => Some("getFiles"),
            Self::Thumbnail { .. } => Some("transcode"),
            Self::PutFiles => Some("thumbnail"),
        }
    }

    fn parameters(&self) -> Value {
        const SOURCE: &str = "${/getFiles/taskParameters/0/target}";
        match self {
            Self::GetFiles => json!({"taskParameters": [{
                "storageType": "objectStorage",
                "target": "getFiles/${/input/objectName}",
                "namespaceName": "${/input/namespaceName}",
                "bucketName": "${/input/bucketName}",
                "objectName": "${/input/objectName}",
            }]}),
            Self::Transcode { ladder, segment_length } => {
                let rung = |height: &u32| json!({"size": {"height": height, "resizeMethod": "scale"}});
                let ladder: Vec<Value> = ladder.iter().map(rung).collect();
                json!({"transcodeType": "standardTranscode", "standardTranscode": {
                    "input": SOURCE,
                    "outputPrefix": "${/transcode/outputPrefix}",
                    "videoCodec": "h264",
                    "audioCodec": "aac",
                    "packaging": {"packageType": "hls", "segmentLength": segment_length},
                    "ladder": ladder,
                }})
            }
            Self::Thumbnail { width } => json!({"thumbnails": {"input": SOURCE, "frameSelectors": [{
                "namePrefix": "thumb",
                "format": "jpg",
                "sizes": [{"width": width}],
                "clipImagePicker": {"percentList": {"pickList": PICTURES}},
            }]}}),
            Self::PutFiles => {
                // What stands before a star in `source` is replaced by `objectName`.
                let put = |source: &str, object: &str| {
                    json!({
                        "namespaceName": "${/output/namespaceName}",
                        "bucketName": "${/output/bucketName}",
                        "source": source,
                        "objectName": format!("${{/output/objectNamePath}}{object}"),
                        "assetCompartmentId": "${/output/assetCompartmentId}",
                        "registerMetadata": true,
                    })
                };
                json!({"taskParameters": [
                    put("${/transcode/outputPrefix}*.m3u8", "${/transcode/outputPrefix}"),
                    put("master.m3u8", "${/transcode/outputPrefix}-master.m3u8"),
                    put("*.fmp4", ""),
                    put("*.${/thumbnail/thumbnails/frameSelectors/0/format}", "${/transcode/outputPrefix}-"),
                ]})
            }
            Self::Transcribe { language } => json!({
                "inputVideo": SOURCE,
                "outputAudio": "${/output/objectNamePath}transcribe/audio.wav",
                "outputTranscriptionPrefix": "${/output/objectNamePath}transcribe/",
                "outputNamespaceName": "${/output/namespaceName}",
                "outputBucketName": "${/output/bucketName}",
                "transcriptionJobCompartment": "${/output/assetCompartmentId}",
                "waitForCompletion": true,
                "language": language,
            }),
            Self::VisionDetection => json!({
                "inputObject": SOURCE,
                "outputPrefix": "${/output/objectNamePath}vision/",
                "minClipLen": "6s",
                "sceneSensitivity": 10,
                "sceneImageNamespace": "${/output/namespaceName}",
                "sceneImageBucket": "${/output/bucketName}",
                "visionTaskCompartmentId": "${/output/assetCompartmentId}",
                "cleanupImagesEnabled": false,
                "textDetectionLanguage": "ENG",
                "featureType": "OBJECT_DETECTION",
            }),
        }
    }

    fn to_json(&self) -> Value {
        let prerequisites: Vec<&str> = self.prerequisite().into_iter().collect();
        json!({"type": self.key(), "version": 1, "key": self.key(), "prerequisites": prerequisites,
            "parameters": self.parameters()})
    }
}

/// The tasks of these settings.
pub fn tasks(settings: &Settings) -> Vec<Task> {
    let workflow = &settings.workflow;
    let mut tasks = vec![
        Task::GetFiles,
        Task::Transcode { ladder: workflow.ladder.clone(), segment_length: workflow.segment_length },
        Task::Thumbnail { width: workflow.picture_width },
        Task::PutFiles,
    ];
    tasks.extend(workflow.transcribe.clone().map(|language| Task::Transcribe { language }));
    tasks.extend(workflow.vision_detection.then_some(Task::VisionDetection));
    tasks
}

/// A workflow of these tasks, as Media Flow takes it. Its name has the definition in it, so that other settings make
/// another workflow, and the same settings find the one there is.
pub fn definition(settings: &Settings) -> Value {
    let tasks: Vec<Value> = tasks(settings).iter().map(Task::to_json).collect();
    let output = names::output(&settings.prefix, "${/video/outputPrefixName}");
    let mut workflow = json!({
        "compartmentId": settings.compartment,
        "parameters": {
            "input": {
                "objectName": "${/video/srcVideo}",
                "bucketName": "${/video/srcBucket}",
                "namespaceName": "${/video/namespace}",
            },
            "output": {
                "bucketName": "${/video/dstBucket}",
                "namespaceName": "${/video/namespace}",
                "assetCompartmentId": "${/video/compartmentID}",
                "objectNamePath": output,
            },
            "transcode": {"outputPrefix": "${/video/outputPrefixName}"},
        },
        "tasks": tasks,
    });
    let version = &names::derived(&[&workflow.to_string()])[..8];
    workflow["displayName"] = format!("{}-{version}", settings.prefix).into();
    workflow
}

/// The parameters of a job: this object, and a name of ours for what is made of it.
pub fn parameters(settings: &Settings, namespace: &str, object: &str, name: &str) -> Value {
    json!({"video": {
        "srcBucket": settings.bucket,
        "dstBucket": settings.output_bucket(),
        "namespace": namespace,
        "compartmentID": settings.compartment,
        "srcVideo": object,
        "outputPrefixName": name,
    }})
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    pub fn settings(more: &str) -> Settings {
        let text = format!(
            "region = 'us-phoenix-1'\ncompartment = 'ocid1.compartment.oc1..c'\nbucket = 'in'\noutput_bucket = 'out'\n\
             auth = {{ kind = 'instance_principal' }}\n{more}"
        );
        Settings::read(&text.parse().unwrap()).unwrap()
    }

    #[test]
    fn what_plays_hangs_on_nothing_that_need_not_be() {
        let settings = settings("workflow = { transcribe = 'en', vision_detection = true }");
        let tasks = tasks(&settings);
        let keys: Vec<_> = tasks.iter().map(Task::key).collect();
        assert_eq!(keys, ["getFiles", "transcode", "thumbnail", "putFiles", "transcribe", "visionDetection"]);
        for task in &tasks {
            let prerequisite = tasks.iter().find(|other| Some(other.key()) == task.prerequisite());
            assert!(prerequisite.is_none_or(|other| !other.is_optional()), "{}", task.key());
        }
        let plain = super::tests::settings("");
        assert!(super::tasks(&plain).iter().all(|task| !task.is_optional()));
    }

    #[test]
    fn the_definition_is_what_media_flow_takes() {
        let workflow = definition(&settings("workflow = { ladder = [720, 360], segment_length = 4 }"));
        assert_eq!(workflow["tasks"].as_array().unwrap().len(), 4);
        assert_eq!(workflow["parameters"]["output"]["objectNamePath"], "reelway/videos/${/video/outputPrefixName}/");
        let transcode = &workflow["tasks"][1];
        assert_eq!((&transcode["type"], &transcode["prerequisites"]), (&json!("transcode"), &json!(["getFiles"])));
        let standard = &transcode["parameters"]["standardTranscode"];
        assert_eq!(standard["packaging"], json!({"packageType": "hls", "segmentLength": 4}));
        assert_eq!(standard["ladder"][1], json!({"size": {"height": 360, "resizeMethod": "scale"}}));
        let put = &workflow["tasks"][3]["parameters"]["taskParameters"];
        assert_eq!(put[1]["objectName"], "${/output/objectNamePath}${/transcode/outputPrefix}-master.m3u8");
        assert_eq!(put[2]["objectName"], "${/output/objectNamePath}");
    }

    #[test]
    fn other_settings_are_another_workflow_and_the_same_are_the_same() {
        let name = |more: &str| definition(&settings(more))["displayName"].as_str().unwrap().to_owned();
        assert_eq!(name(""), name(""));
        assert_ne!(name(""), name("workflow = { segment_length = 2 }"));
        assert_eq!(name(""), name("label = 'Something else'"));
    }

    #[test]
    fn a_job_gets_names_of_ours_alone() {
        let parameters = parameters(&settings(""), "ns", "reelway/uploads/v1/0.mp4", "v1");
        let video = json!({"srcBucket": "in", "dstBucket": "out", "namespace": "ns",
            "compartmentID": "ocid1.compartment.oc1..c", "srcVideo": "reelway/uploads/v1/0.mp4",
            "outputPrefixName": "v1"});
        assert_eq!(parameters, json!({ "video": video }));
    }
}
